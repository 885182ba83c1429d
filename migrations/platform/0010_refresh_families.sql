-- Refresh tokens know from which log-in they come, so that one that is used twice can end all that came of it. Rows that the
-- previous release makes have no family; they get one when they are used.
ALTER TABLE ramekin.app_refresh_tokens ADD COLUMN family uuid;
COMMENT ON COLUMN ramekin.app_refresh_tokens.family IS 'The log-in that it comes from; NULL until it is used.';
