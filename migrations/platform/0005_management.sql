-- What looking after apps needs: versions of functions and what agents are told of them, origins and pauses of apps, the audit
-- log, and deploys that are asked for twice.

-- updated_at has no default: rows that the previous release makes have none, and are as old as their deploy.
ALTER TABLE ramekin.functions
    ADD COLUMN agent_tool boolean NOT NULL DEFAULT false,
    ADD COLUMN agent_tool_description text,
    ADD COLUMN agent_tool_mode text NOT NULL DEFAULT 'read_only',
    ADD COLUMN agent_tool_exposed_to text NOT NULL DEFAULT 'developer_only',
    ADD COLUMN updated_at timestamptz;
COMMENT ON COLUMN ramekin.functions.agent_tool IS 'Whether agents are offered it as a tool.';
COMMENT ON COLUMN ramekin.functions.agent_tool_mode IS 'read_only or read_write.';
COMMENT ON COLUMN ramekin.functions.agent_tool_exposed_to IS 'developer_only or end_user.';
COMMENT ON COLUMN ramekin.functions.updated_at IS 'Last change of source, variables or switches: strictly increases. NULL: its deploy.';

ALTER TABLE ramekin.apps
    ADD COLUMN allowed_origins text[] NOT NULL DEFAULT '{http://localhost:3000}',
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN paused_reason text,
    ADD COLUMN updated_at timestamptz,
    ADD CONSTRAINT apps_paused_reason CHECK (paused_reason IS NULL OR paused_at IS NOT NULL);
COMMENT ON COLUMN ramekin.apps.allowed_origins IS 'Origins whose pages may read what the app answers.';
COMMENT ON COLUMN ramekin.apps.paused_at IS 'Since when it does not serve its callers; NULL while it does.';
COMMENT ON COLUMN ramekin.apps.updated_at IS 'Last change of its configuration. NULL: there was none.';

CREATE TABLE ramekin.audit_events (
    id uuid PRIMARY KEY,
    app_id text NOT NULL REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    category text NOT NULL,
    event_type text NOT NULL,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id text NOT NULL,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    event_data jsonb NOT NULL DEFAULT '{}',
    ip_address text,
    user_agent text,
    correlation_id uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX audit_events_newest ON ramekin.audit_events (app_id, created_at DESC, id DESC);
COMMENT ON TABLE ramekin.audit_events IS 'Who changed what of an app, and who acted for one of its users. Written with the change; what failed is not in it. Holds no value of a variable.';
COMMENT ON COLUMN ramekin.audit_events.resource_id IS 'Name of a function, id of an app or a key, or part of a configuration.';
COMMENT ON COLUMN ramekin.audit_events.actor_type IS 'api_key or platform_user.';
COMMENT ON COLUMN ramekin.audit_events.actor_id IS 'Id of the key, or of the user of the platform.';
COMMENT ON COLUMN ramekin.audit_events.correlation_id IS 'The x-request-id of the request that did it.';

CREATE TABLE ramekin.deploy_keys (
    app_id text NOT NULL REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    key text NOT NULL,
    fingerprint text NOT NULL,
    receipt jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (app_id, key)
);
COMMENT ON TABLE ramekin.deploy_keys IS 'Deploys of the last day by their Idempotency-Key, so that one that is asked for twice is made once.';
COMMENT ON COLUMN ramekin.deploy_keys.fingerprint IS 'HMAC of the body, in hex: tells nothing of it, and whether another one is the same.';
COMMENT ON COLUMN ramekin.deploy_keys.receipt IS 'What was answered.';
