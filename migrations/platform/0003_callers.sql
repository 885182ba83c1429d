-- Callers and environment: the users of apps, the keys that sign their tokens, keys of apps, variables of apps.

-- Two random uuids hold 244 random bits; the hash makes 32 bytes of them.
ALTER TABLE ramekin.apps
    ADD COLUMN anon_key text NOT NULL
        DEFAULT encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'),
    ADD COLUMN encrypted_function_key text;
COMMENT ON COLUMN ramekin.apps.anon_key IS 'Told to every function and to whoever asks; opens nothing.';
COMMENT ON COLUMN ramekin.apps.encrypted_function_key IS 'By which the platform calls functions of the app. NULL until a server has made it.';

ALTER TABLE ramekin.functions
    ADD COLUMN allow_service_key_impersonation boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN ramekin.functions.allow_service_key_impersonation IS 'Whether a key of the app may call it for a user.';

CREATE TABLE ramekin.app_env_vars (
    app_id text PRIMARY KEY REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    encrypted_env_vars text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid REFERENCES ramekin.platform_users (id) ON DELETE SET NULL
);
COMMENT ON TABLE ramekin.app_env_vars IS 'Variables of every function of an app, one encrypted JSON object.';

CREATE TABLE ramekin.app_signing_keys (
    app_id text PRIMARY KEY REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    kid text NOT NULL,
    modulus text NOT NULL,
    exponent text NOT NULL,
    private_key_encrypted text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ramekin.app_signing_keys IS 'The RSA key that signs the tokens of an app''s users; made when the first of them signs in.';
COMMENT ON COLUMN ramekin.app_signing_keys.modulus IS 'Of the public key, as in a JWK: base64url.';
COMMENT ON COLUMN ramekin.app_signing_keys.exponent IS 'Of the public key, as in a JWK: base64url.';
COMMENT ON COLUMN ramekin.app_signing_keys.private_key_encrypted IS 'PKCS#8 in PEM, encrypted.';

CREATE TABLE ramekin.app_users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    app_id text NOT NULL REFERENCES ramekin.apps (id) ON DELETE CASCADE,
    email text NOT NULL,
    password_hash text NOT NULL,
    provider text NOT NULL DEFAULT 'email',
    email_verified boolean NOT NULL DEFAULT false,
    display_name text,
    avatar_url text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at timestamptz,
    UNIQUE (app_id, email)
);
COMMENT ON TABLE ramekin.app_users IS 'Users of apps; not the people who deploy.';
COMMENT ON COLUMN ramekin.app_users.email IS 'In lower case.';
COMMENT ON COLUMN ramekin.app_users.password_hash IS 'Argon2id, as a PHC string.';

CREATE TABLE ramekin.app_refresh_tokens (
    token_hash text PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    user_id uuid NOT NULL REFERENCES ramekin.app_users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX app_refresh_tokens_user ON ramekin.app_refresh_tokens (user_id);
COMMENT ON TABLE ramekin.app_refresh_tokens IS 'Refresh tokens, by hash; each is used once.';
COMMENT ON COLUMN ramekin.app_refresh_tokens.token_hash IS 'SHA-256 of the whole token, in lower-case hex.';
COMMENT ON COLUMN ramekin.app_refresh_tokens.revoked_at IS 'When it was used, or its user signed out.';
