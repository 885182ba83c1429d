-- Keeps functions of apps from changing what a database is made of. A superuser runs it, in a template that the databases of
-- apps are made from, or in the database of an app; it can be run again.
--
-- Without it, DROP OWNED BY butterbase_user, which any member of that group may say, takes the group out of the policies of
-- row-level security that name it: restrictive ones included. It reaches no further than the app's own database.

CREATE SCHEMA IF NOT EXISTS ramekin_guard;
CREATE OR REPLACE FUNCTION ramekin_guard.refuse() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF session_user ~ '^app_[0-9a-z]{12}_(user|service|anon)$' THEN
        RAISE insufficient_privilege USING MESSAGE = 'permission denied: functions of an app cannot run ' || tg_tag;
    END IF;
END
$$;
DROP EVENT TRIGGER IF EXISTS ramekin_guard;
CREATE EVENT TRIGGER ramekin_guard ON ddl_command_start EXECUTE FUNCTION ramekin_guard.refuse();
