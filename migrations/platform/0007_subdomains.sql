-- Names of apps in the domain of the server, under which their functions can be called. The previous release gives none.
ALTER TABLE ramekin.apps
    ADD COLUMN subdomain text,
    ADD CONSTRAINT apps_subdomain CHECK (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$');
COMMENT ON COLUMN ramekin.apps.subdomain IS 'Its name in the domain of the server: a label of DNS in lower case. NULL: it has none.';
CREATE UNIQUE INDEX apps_subdomain_key ON ramekin.apps (subdomain);
