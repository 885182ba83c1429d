-- Functions of several files and with packages: what the author sent, and what was made of it, so that any server builds the
-- function again without a network.

ALTER TABLE ramekin.functions
    ADD COLUMN entry text,
    ADD COLUMN files jsonb CHECK (jsonb_typeof(files) = 'object'),
    ADD COLUMN bundle text,
    ADD COLUMN bundle_map text,
    ADD COLUMN packages jsonb CHECK (jsonb_typeof(packages) = 'object'),
    ADD CONSTRAINT functions_files_have_an_entry CHECK ((entry IS NULL) = (files IS NULL)),
    ADD CONSTRAINT functions_bundles_have_a_map CHECK ((bundle IS NULL) = (bundle_map IS NULL));
COMMENT ON COLUMN ramekin.functions.entry IS 'Which of the files is the function; its text is in code too. NULL when one text was deployed.';
COMMENT ON COLUMN ramekin.functions.files IS 'Texts of the files that were deployed, by path.';
COMMENT ON COLUMN ramekin.functions.bundle IS 'One module, made of the files and of packages. NULL when the code imports neither.';
COMMENT ON COLUMN ramekin.functions.bundle_map IS 'Source map of the bundle: version 3, as JSON, its columns in characters.';
COMMENT ON COLUMN ramekin.functions.packages IS 'Packages in the bundle: name, version and hash of each, so that another deploy gets the same ones.';
