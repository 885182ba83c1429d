//! Errors on the wire: the envelope `{"error": {code, message, remediation}}`, and the few other shapes that clients know
//! (Butterbase §2.1).

use crate::ops::apps::{self, CreateError};
use crate::ops::configuration::ConfigurationError;
use crate::ops::deploy::DeployError;
use crate::ops::environment::EnvError;
use crate::ops::functions::DeleteError;
use crate::ops::rls::RlsError;
use crate::ops::schema::SchemaError;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use ramekin_model::ErrorCode;
use ramekin_store::StoreError;
use serde_json::{Value, json};
use uuid::Uuid;

/// A refusal in the envelope.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    /// Seldom there, and large.
    details: Option<Box<Value>>,
    retry_after: Option<u32>,
    request: Option<Uuid>,
}

impl ApiError {
    /// With the status that the code stands for.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message: message.into(), details: None, retry_after: None, request: None }
    }

    /// A request that cannot be read, with the status that says how.
    pub fn request(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, ..Self::new(ErrorCode::RequestError, message) }
    }

    /// Something that is not there, or not the caller's.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::ResourceNotFound, format!("{what} not found"))
    }

    /// The server failed. The cause goes to the log and not to the caller.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!("a request failed: {cause}");
        Self::new(ErrorCode::InternalError, "the server failed to do this; its log says why")
    }

    /// With another status than that of its code.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Adds what a program can read.
    pub fn with_details(self, details: Value) -> Self {
        Self { details: Some(Box::new(details)), ..self }
    }

    /// Says when to try again, in seconds.
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Names the request that was refused.
    pub fn of_request(self, id: Uuid) -> Self {
        Self { request: Some(id), ..self }
    }

    /// As status and text, for routes whose errors have another form.
    pub fn plain(self) -> (StatusCode, String) {
        (self.status, self.message)
    }

    /// As status, body and fields.
    pub fn into_parts(self) -> (StatusCode, Bytes, Option<u32>) {
        let mut error = json!({
            "code": self.code.as_str(),
            "message": self.message,
            "remediation": self.code.remediation(),
        });
        if let Some(error) = error.as_object_mut() {
            error.extend(self.details.map(|details| ("details".to_owned(), *details)));
            error.extend(self.request.map(|id| ("request_id".to_owned(), id.to_string().into())));
        }
        (self.status, json_bytes(&json!({ "error": error })), self.retry_after)
    }
}

impl ApiError {
    /// As a response, which keeps the error with it: whoever knows the request writes its id into the body, see [`named`].
    pub fn respond(self) -> http::Response<Bytes> {
        let (status, body, retry_after) = self.clone().into_parts();
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge(self.code));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// What a 401 asks for (RFC 6750 §3). Where there was a credential, it says that this one is not valid.
fn challenge(code: ErrorCode) -> HeaderValue {
    HeaderValue::from_static(match code {
        ErrorCode::AuthInvalidApiKey | ErrorCode::AuthInvalidToken => {
            r#"Bearer realm="ramekin", error="invalid_token""#
        }
        _ => r#"Bearer realm="ramekin""#,
    })
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.respond().map(axum::body::Body::from)
    }
}

/// The body of a response that is an error in the envelope, with the id of its request; `None` for every other response.
pub fn named<B>(response: &mut http::Response<B>, id: Uuid) -> Option<Bytes> {
    let error = response.extensions_mut().remove::<ApiError>()?;
    // It was that of the body without the id.
    response.headers_mut().remove(header::CONTENT_LENGTH);
    Some(error.of_request(id).into_parts().1)
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::error!(%error, "a request failed: {error}");
                Self::new(ErrorCode::ExternalDbError, "the database is not reachable").retry_after(5)
            }
            StoreError::NotReady(_) => Self::new(ErrorCode::AppProvisioning, error.to_string()).retry_after(5),
            StoreError::NulCharacter => Self::new(ErrorCode::ValidationInvalidSchema, error.to_string()),
            // It was deleted while the request was on its way.
            StoreError::Missing(_) => Self::new(ErrorCode::ResourceNotFound, error.to_string()),
            other => Self::internal(&other),
        }
    }
}

impl From<DeployError> for ApiError {
    fn from(error: DeployError) -> Self {
        match error {
            DeployError::Form(issues) => Self::new(ErrorCode::ValidationInvalidSchema, issues.to_string()),
            DeployError::Source(diagnostics) => {
                let details = serde_json::to_value(&diagnostics).unwrap_or_default();
                Self::new(ErrorCode::ValidationInvalidSchema, diagnostics.to_string()).with_details(details)
            }
            DeployError::Busy => Self::request(StatusCode::TOO_MANY_REQUESTS, error.to_string()).retry_after(5),
            DeployError::Precondition => Self::new(ErrorCode::PreconditionFailed, error.to_string()),
            DeployError::Full(_) => Self::new(ErrorCode::QuotaDeploymentLimit, error.to_string()),
            DeployError::KeyReused => Self::new(ErrorCode::IdempotencyKeyReused, error.to_string()),
            DeployError::NoApp => Self::not_found("App"),
            DeployError::Store(error) => error.into(),
            DeployError::Vault(error) => Self::internal(&error),
            DeployError::Host(text) => Self::internal(&text),
            DeployError::Registry(text) => Self::request(StatusCode::SERVICE_UNAVAILABLE, text).retry_after(30),
        }
    }
}

impl From<EnvError> for ApiError {
    fn from(error: EnvError) -> Self {
        match error {
            EnvError::Form(issues) => Self::new(ErrorCode::ValidationInvalidSchema, issues.to_string()),
            EnvError::NoFunction => Self::not_found("Function"),
            EnvError::Precondition => Self::new(ErrorCode::PreconditionFailed, error.to_string()),
            EnvError::Busy => Self::request(StatusCode::TOO_MANY_REQUESTS, error.to_string()).retry_after(1),
            EnvError::Store(StoreError::Missing(_)) => Self::not_found("App"),
            EnvError::Store(error) => error.into(),
            EnvError::Vault(error) => Self::internal(&error),
            EnvError::Task(error) => Self::internal(&error),
        }
    }
}

impl From<DeleteError> for ApiError {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::Precondition => Self::new(ErrorCode::PreconditionFailed, error.to_string()),
            DeleteError::Store(error) => error.into(),
        }
    }
}

impl From<ConfigurationError> for ApiError {
    fn from(error: ConfigurationError) -> Self {
        match error {
            ConfigurationError::Form(issues) => Self::new(ErrorCode::ValidationInvalidSchema, issues.to_string()),
            ConfigurationError::Precondition => Self::new(ErrorCode::PreconditionFailed, error.to_string()),
            ConfigurationError::Busy => Self::request(StatusCode::TOO_MANY_REQUESTS, error.to_string()).retry_after(1),
            ConfigurationError::NoApp | ConfigurationError::Store(StoreError::Missing(_)) => Self::not_found("App"),
            ConfigurationError::Store(error) => error.into(),
            ConfigurationError::Task(error) => Self::internal(&error),
        }
    }
}

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Name | CreateError::Subdomain => {
                Self::new(ErrorCode::ValidationInvalidSchema, error.to_string())
            }
            CreateError::Taken => Self::new(ErrorCode::ResourceAlreadyExists, error.to_string()),
            CreateError::Scope => Self::new(ErrorCode::AuthInsufficientPermissions, error.to_string()),
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<apps::DeleteError> for ApiError {
    fn from(error: apps::DeleteError) -> Self {
        match error {
            apps::DeleteError::Scope => Self::new(ErrorCode::AuthInsufficientPermissions, error.to_string()),
            apps::DeleteError::Store(error) => error.into(),
        }
    }
}

impl From<SchemaError> for ApiError {
    fn from(error: SchemaError) -> Self {
        let message = error.to_string();
        match error {
            SchemaError::Form(issues) => {
                Self::new(ErrorCode::ValidationInvalidSchema, message).with_details(issues.into())
            }
            SchemaError::Destructive(lost) => {
                Self::new(ErrorCode::SchemaDestructiveChange, message).with_details(lost.into())
            }
            SchemaError::Refused { sqlstate, .. } => {
                Self::new(ErrorCode::SchemaMigrationFailed, message).with_details(json!({ "pg_code": sqlstate }))
            }
            SchemaError::Store(error) => error.into(),
        }
    }
}

impl From<RlsError> for ApiError {
    fn from(error: RlsError) -> Self {
        let message = error.to_string();
        let code = match error {
            RlsError::Form(_) => ErrorCode::ValidationInvalidSchema,
            RlsError::Reserved(_) => ErrorCode::ValidationReservedTable,
            RlsError::NoTable(_) => ErrorCode::ValidationTableNotFound,
            RlsError::NoColumn { .. } => ErrorCode::ValidationColumnNotFound,
            RlsError::Type { .. } => ErrorCode::ValidationInvalidType,
            RlsError::NoPolicy(_) => ErrorCode::ResourceNotFound,
            RlsError::Unsafe { .. } => ErrorCode::RlsUnsafeExpression,
            RlsError::Mismatch(_) => ErrorCode::RlsTypeMismatch,
            RlsError::Invalid(_) => ErrorCode::RlsInvalidExpression,
            RlsError::Store(error) => return error.into(),
        };
        Self::new(code, message)
    }
}

/// JSON as bytes. Values made here can always be written.
pub fn json_bytes(value: &Value) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}

/// What is said of a path that leads nowhere (Butterbase §2.1).
pub fn no_route(method: &Method, path: &str) -> (StatusCode, Value) {
    let body = json!({
        "message": format!("Route {method}:{path} not found"),
        "error": "Not Found",
        "statusCode": 404,
    });
    (StatusCode::NOT_FOUND, body)
}

/// `application/json` as a field value.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

#[cfg(test)]
mod tests {
    use super::*;

    fn body(error: ApiError) -> (u16, Value) {
        let (status, body, _) = error.into_parts();
        (status.as_u16(), serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn the_envelope_has_what_clients_recognise_it_by() {
        for code in ErrorCode::ALL {
            let (status, body) = body(ApiError::new(*code, "what"));
            assert_eq!(status, code.status());
            assert_eq!((&body["error"]["code"], &body["error"]["message"]), (&json!(code.as_str()), &json!("what")));
            assert!(body["error"]["remediation"].is_string() && body["error"].get("details").is_none());
        }
    }

    #[test]
    fn what_was_deleted_meanwhile_is_not_there() {
        let (status, body) = body(StoreError::Missing("app of the database").into());
        assert_eq!((status, &body["error"]["code"]), (404, &json!("RESOURCE_NOT_FOUND")));
    }

    #[test]
    fn the_envelope_names_the_request_once_that_is_known() {
        let id = Uuid::from_u128(7);
        let mut response = ApiError::not_found("App").respond();
        response.headers_mut().insert(header::CONTENT_LENGTH, 5.into());
        let body: Value = serde_json::from_slice(&named(&mut response, id).unwrap()).unwrap();
        assert_eq!(body["error"]["request_id"], id.to_string());
        assert!(!response.headers().contains_key(header::CONTENT_LENGTH), "it was that of another body");
        assert_eq!(named(&mut response, id), None);
        let before: Value = serde_json::from_slice(response.body()).unwrap();
        assert!(before["error"].get("request_id").is_none());
    }

    #[test]
    fn a_401_says_what_it_asks_for() {
        let field = |error: ApiError| error.respond().headers().get(header::WWW_AUTHENTICATE).cloned();
        let asked = |code| field(ApiError::new(code, "what"));
        assert_eq!(asked(ErrorCode::AuthRequired).unwrap(), "Bearer realm=\"ramekin\"");
        for code in [ErrorCode::AuthInvalidApiKey, ErrorCode::AuthInvalidToken] {
            assert_eq!(asked(code).unwrap(), "Bearer realm=\"ramekin\", error=\"invalid_token\"");
        }
        assert!(field(ApiError::request(StatusCode::UNAUTHORIZED, "what")).is_some());
        assert_eq!(asked(ErrorCode::AuthInsufficientPermissions), None);
    }

    #[test]
    fn causes_stay_here() {
        let failed = StoreError::Statement { sqlstate: None, message: "canary".into() };
        let (status, text) = body(failed.into());
        assert_eq!(status, 500);
        assert!(!text.to_string().contains("canary"));
        let away = ApiError::from(StoreError::Unavailable("canary at 10.0.0.1".into()));
        assert_eq!(away.retry_after, Some(5));
        let (status, text) = body(away);
        assert_eq!((status, text["error"]["code"].as_str()), (503, Some("EXTERNAL_DB_ERROR")));
        assert!(!text.to_string().contains("canary"));
    }
}
