-- What functions rely on in the database of their app. Run as the login that owns the app's objects, with only `pg_catalog`
-- on its search path. The three groups are cluster-wide; each login of an app is a member of one of them.

ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO butterbase_user, butterbase_service, butterbase_anon;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO butterbase_user, butterbase_service, butterbase_anon;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO butterbase_user, butterbase_service, butterbase_anon;

-- The body is parsed here and now, so no search path of a caller can give it another meaning. On a session that has had the
-- setting before, it is empty instead of missing.
CREATE FUNCTION public.current_user_id() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('request.jwt.claim.sub', true), '');
COMMENT ON FUNCTION public.current_user_id() IS 'The signed-in user that a statement is run for; NULL when there is none.';

CREATE TABLE public._idempotency_keys (
    key text NOT NULL,
    scope text NOT NULL DEFAULT 'default',
    processed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    PRIMARY KEY (scope, key)
);
CREATE INDEX _idempotency_keys_expires_at ON public._idempotency_keys (expires_at) WHERE expires_at IS NOT NULL;
COMMENT ON TABLE public._idempotency_keys IS 'Keys claimed with ctx.idempotency.';
REVOKE ALL ON public._idempotency_keys FROM butterbase_user, butterbase_service, butterbase_anon;
GRANT SELECT, INSERT, DELETE ON public._idempotency_keys TO butterbase_service;

CREATE TABLE public._ai_migrations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    sql_up text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public._ai_migrations IS 'Changes of the schema that were made over the API, oldest first.';
REVOKE ALL ON public._ai_migrations FROM butterbase_user, butterbase_service, butterbase_anon;
REVOKE ALL ON SEQUENCE public._ai_migrations_id_seq FROM butterbase_user, butterbase_service, butterbase_anon;
