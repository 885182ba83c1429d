//! Error codes of the wire. Each has a page `docs/errors/CODE.md`, whose first paragraph is what the caller is told to do.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal;)*) => {
        /// A machine-readable error code (Butterbase §2.2).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status it is sent with unless the route says otherwise.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The page about it.
            pub fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("../../docs/errors/", $code, ".md")),)* }
            }
        }
    };
}

codes! {
    /// The body of a request is not what the route takes.
    ValidationInvalidSchema = "VALIDATION_INVALID_SCHEMA", 400;
    /// App, function or route resource is not there, or not the caller's.
    ResourceNotFound = "RESOURCE_NOT_FOUND", 404;
    /// Another one has the name that was asked for.
    ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS", 409;
    /// The function asks for a signed-in user.
    AuthRequired = "AUTH_REQUIRED", 401;
    /// The API key is unknown, revoked or expired.
    AuthInvalidApiKey = "AUTH_INVALID_API_KEY", 401;
    /// The bearer token is no credential of this route.
    AuthInvalidToken = "AUTH_INVALID_TOKEN", 401;
    /// The key may not act for a user.
    AuthImpersonationForbidden = "AUTH_IMPERSONATION_FORBIDDEN", 403;
    /// The function does not let keys act for users.
    AuthImpersonationDisabled = "AUTH_IMPERSONATION_DISABLED", 403;
    /// `key_scope` is neither `account` nor `app`.
    InvalidKeyScope = "INVALID_KEY_SCOPE", 400;
    /// A key for an app names no app.
    TargetAppRequired = "TARGET_APP_REQUIRED", 400;
    /// A key for an account names an app.
    TargetAppNotAllowed = "TARGET_APP_NOT_ALLOWED", 400;
    /// `scope` of a key asks for another surface than apps.
    ValidationInvalidScope = "VALIDATION_INVALID_SCOPE", 400;
    /// A further scope of a key is one that `key_scope` decides.
    ReservedScope = "RESERVED_SCOPE", 400;
    /// A key is asked for in the name of an organisation.
    AuthOrgForbidden = "AUTH_ORG_FORBIDDEN", 403;
    /// A further scope of a key is not known.
    UnknownScope = "UNKNOWN_SCOPE", 400;
    /// The key is valid, and what is asked for takes another kind of key.
    AuthInsufficientPermissions = "AUTH_INSUFFICIENT_PERMISSIONS", 403;
    /// The request could not be read: parse error, too large, too many.
    RequestError = "REQUEST_ERROR", 400;
    /// The server failed.
    InternalError = "INTERNAL_ERROR", 500;
    /// The database is not reachable.
    ExternalDbError = "EXTERNAL_DB_ERROR", 503;
    /// The app's database is not ready.
    AppProvisioning = "APP_PROVISIONING", 409;
    /// The app's owner has paused it.
    AppPaused = "APP_PAUSED", 503;
    /// The app has as many functions as it may.
    QuotaDeploymentLimit = "QUOTA_DEPLOYMENT_LIMIT", 403;
    /// What is to be changed is not as the request says.
    PreconditionFailed = "PRECONDITION_FAILED", 412;
    /// The key of an earlier deploy was sent with another body.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", 422;
    /// A change of the schema would lose data, and was not asked for by name.
    SchemaDestructiveChange = "SCHEMA_DESTRUCTIVE_CHANGE", 409;
    /// The database refused a change of the schema.
    SchemaMigrationFailed = "SCHEMA_MIGRATION_FAILED", 400;
    /// There is no such table.
    ValidationTableNotFound = "VALIDATION_TABLE_NOT_FOUND", 400;
    /// The table has no such column.
    ValidationColumnNotFound = "VALIDATION_COLUMN_NOT_FOUND", 400;
    /// The column has a type that does not fit.
    ValidationInvalidType = "VALIDATION_INVALID_TYPE", 400;
    /// The table is the platform's.
    ValidationReservedTable = "VALIDATION_RESERVED_TABLE", 400;
    /// The expression of a policy is not one, or calls what it may not.
    RlsUnsafeExpression = "RLS_UNSAFE_EXPRESSION", 400;
    /// The expression of a policy compares what cannot be compared.
    RlsTypeMismatch = "RLS_TYPE_MISMATCH", 400;
    /// The database does not understand the expression of a policy.
    RlsInvalidExpression = "RLS_INVALID_EXPRESSION", 400;
}

impl ErrorCode {
    /// What the caller can do: the first paragraph of the page, on one line.
    pub fn remediation(self) -> String {
        let body = self.page().lines().skip_while(|line| line.starts_with('#') || line.trim().is_empty());
        body.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn every_page_is_about_its_code_and_says_what_to_do() {
        for code in ErrorCode::ALL {
            assert!(code.page().starts_with(&format!("# {code}\n")), "{code}");
            let remediation = code.remediation();
            assert!(remediation.len() > 20 && remediation.ends_with('.'), "{code}: {remediation}");
        }
    }
}
