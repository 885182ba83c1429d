-- The audit log says who has deleted an app, so it does not go with the app. It goes when it is too old, as the rest of it does.

ALTER TABLE ramekin.audit_events DROP CONSTRAINT audit_events_app_id_fkey;
COMMENT ON COLUMN ramekin.audit_events.app_id IS 'The app, which may have been deleted since.';
