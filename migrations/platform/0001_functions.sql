-- Users, keys, apps, functions and the log of their calls. The schema `ramekin` itself is created by the server, which keeps
-- its list of applied migrations there too.

CREATE TABLE ramekin.platform_users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    is_owner boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX platform_users_one_owner ON ramekin.platform_users (is_owner) WHERE is_owner;
COMMENT ON TABLE ramekin.platform_users IS 'People who deploy; not the users of their apps.';
COMMENT ON COLUMN ramekin.platform_users.is_owner IS 'The user made on an empty database; at most one.';

CREATE TABLE ramekin.apps (
    id text PRIMARY KEY CHECK (id ~ '^app_[0-9a-z]{12}$'),
    owner_id uuid NOT NULL REFERENCES ramekin.platform_users (id),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (owner_id, name)
);
COMMENT ON TABLE ramekin.apps IS 'Owner of functions, and the boundary no function can look over.';

CREATE TABLE ramekin.api_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES ramekin.platform_users (id) ON DELETE CASCADE,
    name text NOT NULL,
    key_hash text NOT NULL UNIQUE CHECK (key_hash ~ '^[0-9a-f]{64}$'),
    key_prefix text NOT NULL CHECK (char_length(key_prefix) = 12),
    scope text NOT NULL CHECK (scope IN ('account', 'app')),
    app_id text REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    CHECK ((scope = 'app') = (app_id IS NOT NULL))
);
CREATE INDEX api_keys_user ON ramekin.api_keys (user_id);
CREATE INDEX api_keys_app ON ramekin.api_keys (app_id) WHERE app_id IS NOT NULL;
COMMENT ON TABLE ramekin.api_keys IS 'API keys, by hash. The key itself is shown once and kept nowhere.';
COMMENT ON COLUMN ramekin.api_keys.key_hash IS 'SHA-256 of the whole key, in lower-case hex.';
COMMENT ON COLUMN ramekin.api_keys.key_prefix IS 'First 12 characters of the key, by which people recognise it.';
COMMENT ON COLUMN ramekin.api_keys.scope IS 'account: every app of the user. app: the one in app_id.';
COMMENT ON COLUMN ramekin.api_keys.last_used_at IS 'To the minute: not written on every use.';

CREATE TABLE ramekin.functions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    app_id text NOT NULL REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_-]{1,100}$'),
    description text,
    code text NOT NULL,
    encrypted_env text,
    timeout_ms integer NOT NULL CHECK (timeout_ms > 0),
    memory_limit_mb integer NOT NULL CHECK (memory_limit_mb > 0),
    deployed_at timestamptz NOT NULL,
    deployed_by uuid REFERENCES ramekin.platform_users (id) ON DELETE SET NULL,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    invocation_count bigint NOT NULL DEFAULT 0,
    error_count bigint NOT NULL DEFAULT 0,
    total_duration_ms bigint NOT NULL DEFAULT 0,
    last_invoked_at timestamptz,
    last_status_code integer,
    UNIQUE (app_id, name)
);
COMMENT ON TABLE ramekin.functions IS 'Deployed functions. A deleted one keeps its row: deploying its name again revives it with its id, environment and counters.';
COMMENT ON COLUMN ramekin.functions.code IS 'Source as deployed.';
COMMENT ON COLUMN ramekin.functions.encrypted_env IS 'Environment variables, one encrypted JSON object; NULL when there are none.';
COMMENT ON COLUMN ramekin.functions.deployed_at IS 'Version stamp of the code: strictly increases with every deploy.';
COMMENT ON COLUMN ramekin.functions.deleted_at IS 'NULL while the function exists.';
COMMENT ON COLUMN ramekin.functions.invocation_count IS 'Calls in its lifetime, as recorded; outlives the rows of the log.';
COMMENT ON COLUMN ramekin.functions.error_count IS 'Of these, calls with a status of 400 or more, or none.';
COMMENT ON COLUMN ramekin.functions.total_duration_ms IS 'Sum over its lifetime, for the mean.';
COMMENT ON COLUMN ramekin.functions.last_invoked_at IS 'Start of the newest call.';
COMMENT ON COLUMN ramekin.functions.last_status_code IS 'Status of the newest call.';

CREATE TABLE ramekin.function_triggers (
    function_id uuid NOT NULL REFERENCES ramekin.functions (id) ON DELETE CASCADE,
    trigger_type text NOT NULL,
    config jsonb NOT NULL DEFAULT '{}',
    enabled boolean NOT NULL DEFAULT true,
    PRIMARY KEY (function_id, trigger_type)
);
COMMENT ON TABLE ramekin.function_triggers IS 'What starts a function: at most one trigger of each type.';
COMMENT ON COLUMN ramekin.function_triggers.trigger_type IS 'http, cron, s3_upload, webhook or websocket. A server ignores types it does not know.';
COMMENT ON COLUMN ramekin.function_triggers.config IS 'As deployed.';

CREATE TABLE ramekin.function_invocations (
    id uuid PRIMARY KEY,
    function_id uuid NOT NULL REFERENCES ramekin.functions (id) ON DELETE CASCADE,
    user_id text,
    trigger_type text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    status_code integer,
    request_bytes bigint NOT NULL,
    response_bytes bigint NOT NULL,
    duration_ms bigint NOT NULL,
    cpu_us bigint NOT NULL,
    memory_bytes bigint NOT NULL,
    error_message text,
    error_stack text,
    console jsonb NOT NULL DEFAULT '[]',
    started_at timestamptz NOT NULL
);
CREATE INDEX function_invocations_newest ON ramekin.function_invocations (function_id, started_at DESC, id DESC)
    INCLUDE (status_code, duration_ms);
CREATE INDEX function_invocations_newest_errors ON ramekin.function_invocations (function_id, started_at DESC, id DESC)
    WHERE error_message IS NOT NULL;
COMMENT ON TABLE ramekin.function_invocations IS 'Log of calls. Holds no header value, no body and no query string.';
COMMENT ON COLUMN ramekin.function_invocations.id IS 'Also sent to the caller as x-request-id.';
COMMENT ON COLUMN ramekin.function_invocations.user_id IS 'Effective user of the call. Text, for an impersonated id need not be a uuid.';
COMMENT ON COLUMN ramekin.function_invocations.path IS 'Public path without the query.';
COMMENT ON COLUMN ramekin.function_invocations.status_code IS 'NULL when the caller was gone before there was one.';
COMMENT ON COLUMN ramekin.function_invocations.duration_ms IS 'Wall time until the response was complete.';
COMMENT ON COLUMN ramekin.function_invocations.cpu_us IS 'CPU time in microseconds.';
COMMENT ON COLUMN ramekin.function_invocations.memory_bytes IS 'Largest linear memory.';
COMMENT ON COLUMN ramekin.function_invocations.error_message IS 'HTTP <status>, or the text of the exception; NULL when the call went well.';
COMMENT ON COLUMN ramekin.function_invocations.error_stack IS 'In positions of the deployed source.';
COMMENT ON COLUMN ramekin.function_invocations.console IS 'Array of {level, message, timestamp}, oldest first.';
COMMENT ON COLUMN ramekin.function_invocations.started_at IS 'When the call was admitted, to the microsecond.';
COMMENT ON INDEX ramekin.function_invocations_newest IS 'Pages of the log, and the figures of the last 24 hours without reading the rows.';
COMMENT ON INDEX ramekin.function_invocations_newest_errors IS 'Pages of the log that show errors only.';
