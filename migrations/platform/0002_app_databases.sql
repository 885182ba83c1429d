-- The database that each app has of its own: whether it is there, and which schema it has.

CREATE TABLE ramekin.app_databases (
    app_id text PRIMARY KEY REFERENCES ramekin.apps (id),
    db_name text NOT NULL,
    status text NOT NULL CHECK (status IN ('provisioning', 'ready', 'failed')),
    error text,
    schema_version bigint NOT NULL DEFAULT 0,
    key_check text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'failed') = (error IS NOT NULL))
);
COMMENT ON TABLE ramekin.app_databases IS 'Databases of apps. An app without a row has none yet. An app cannot be deleted before its database.';
COMMENT ON COLUMN ramekin.app_databases.db_name IS 'In the same cluster as this database.';
COMMENT ON COLUMN ramekin.app_databases.status IS 'provisioning: being made, or given up half-way by a server that died. failed: tried again at the next use.';
COMMENT ON COLUMN ramekin.app_databases.error IS 'Why it failed; shown to the owner of the app.';
COMMENT ON COLUMN ramekin.app_databases.schema_version IS 'Newest migration of migrations/app that it has.';
COMMENT ON COLUMN ramekin.app_databases.key_check IS 'Tells whether the passwords of its logins were made from the key that a server has. Says nothing about the key.';
