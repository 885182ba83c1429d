//! Calls that gave no response, as clients know them (Butterbase §4.7). A stack trace goes to the owner and nobody else.

use super::{Refusal, no_function};
use crate::exec::CallError;
use crate::images::ImageError;
use crate::ops::call::CallFailure;
use crate::server::error::{ApiError, JSON, json_bytes};
use bytes::Bytes;
use http::{Response, StatusCode, header};
use ramekin_model::ErrorCode;
use serde_json::{Value, json};

/// Seconds after which a saturated server may be tried again.
const RETRY_AFTER: u32 = 5;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anybody.
    Public,
    /// Who deployed the function.
    Owner,
}

/// The response to a call that failed.
pub fn response(failure: CallFailure, audience: Audience) -> Response<Bytes> {
    let saturated = matches!(failure, CallFailure::Saturated(_));
    match shape(failure, audience) {
        Ok((status, body)) => built(status, json_bytes(&body), saturated.then_some(RETRY_AFTER)),
        Err(error) => in_envelope(error),
    }
}

/// The response to a call that was not made.
pub fn refusal(refusal: Refusal) -> Response<Bytes> {
    match refusal {
        Refusal::Api(error) => in_envelope(error),
        Refusal::NoFunction => {
            let (status, body) = no_function();
            built(status, json_bytes(&body), None)
        }
    }
}

/// An error in the envelope as a response.
pub fn in_envelope(error: ApiError) -> Response<Bytes> {
    error.respond()
}

fn built(status: StatusCode, body: Bytes, retry_after: Option<u32>) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn shape(failure: CallFailure, audience: Audience) -> Result<(StatusCode, Value), ApiError> {
    const FAILED: StatusCode = StatusCode::INTERNAL_SERVER_ERROR;
    let error = match failure {
        CallFailure::Saturated(refused) => {
            let body = json!({
                "error": "Concurrency limit reached",
                "activeWorkers": refused.running,
                "maxWorkers": refused.limit,
            });
            return Ok((StatusCode::TOO_MANY_REQUESTS, body));
        }
        CallFailure::Image(ImageError::Source(text)) => {
            // It quotes the source.
            let text = match audience {
                Audience::Owner => text,
                Audience::Public => "the function does not build any more; its owner has to deploy it again".into(),
            };
            return Ok((FAILED, json!({ "error": text })));
        }
        CallFailure::Image(ImageError::Environment) => {
            return Err(match audience {
                Audience::Owner => ApiError::new(
                    ErrorCode::InternalError,
                    "the function's environment variables cannot be decrypted; deploy it again with its envVars, or start \
                     the server with the key that they were encrypted with",
                ),
                Audience::Public => not_run(),
            });
        }
        CallFailure::Image(ImageError::Store(_)) => {
            let text = "the function is not loaded and the database is not reachable";
            return Err(ApiError::new(ErrorCode::ExternalDbError, text).retry_after(RETRY_AFTER));
        }
        // Whoever built it has logged the cause.
        CallFailure::Image(ImageError::Host(_)) => return Err(not_run()),
        CallFailure::Content(broken) => {
            let status = StatusCode::from_u16(broken.status()).unwrap_or(StatusCode::BAD_REQUEST);
            return Err(ApiError::request(status, broken.to_string()));
        }
        CallFailure::Call(error) => error,
    };
    Ok(match error {
        CallError::Exception { message, stack } => {
            let mut body = json!({ "error": message });
            if let (Audience::Owner, Some(stack), Some(fields)) = (audience, stack, body.as_object_mut()) {
                fields.insert("stack".into(), stack.into());
            }
            (FAILED, body)
        }
        CallError::Timeout { limit_ms, duration_ms } => {
            let text = format!("Function execution timeout ({limit_ms}ms)");
            let body = json!({ "error": "function_timeout", "message": text, "duration_ms": duration_ms });
            (StatusCode::GATEWAY_TIMEOUT, body)
        }
        CallError::Memory { limit_mb } => {
            let text = format!("the function needs more than its memory limit of {limit_mb} MB");
            (FAILED, json!({ "error": "memory_limit_exceeded", "message": text }))
        }
        CallError::Cancelled => (FAILED, json!({ "error": "the call was cancelled" })),
        // Whoever made the call has logged the cause.
        CallError::Host(_) => return Err(not_run()),
    })
}

fn not_run() -> ApiError {
    ApiError::new(ErrorCode::InternalError, "the server failed to run the function; its log says why")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Refused;

    fn told(failure: impl Into<CallFailure>, audience: Audience) -> (u16, Option<String>, Value) {
        let response = response(failure.into(), audience);
        let (status, retry) = (response.status().as_u16(), response.headers().get("retry-after").cloned());
        let body = response.into_body();
        let retry = retry.map(|value| value.to_str().unwrap().to_owned());
        (status, retry, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn every_failure_has_its_shape() {
        let threw = || CallError::Exception { message: "boom".into(), stack: Some("at handler (hello.ts:1:7)".into()) };
        assert_eq!(told(threw(), Audience::Public), (500, None, json!({ "error": "boom" })));
        let owner = told(threw(), Audience::Owner).2;
        assert_eq!(owner, json!({ "error": "boom", "stack": "at handler (hello.ts:1:7)" }));
        let late = told(CallError::Timeout { limit_ms: 50, duration_ms: 51 }, Audience::Public);
        let body =
            json!({ "error": "function_timeout", "message": "Function execution timeout (50ms)", "duration_ms": 51 });
        assert_eq!(late, (504, None, body));
        let memory = told(CallError::Memory { limit_mb: 64 }, Audience::Public);
        assert_eq!((memory.0, memory.2["error"].as_str()), (500, Some("memory_limit_exceeded")));
        let full = told(CallFailure::Saturated(Refused { running: 3, limit: 3 }), Audience::Public);
        let body = json!({ "error": "Concurrency limit reached", "activeWorkers": 3, "maxWorkers": 3 });
        assert_eq!(full, (429, Some("5".into()), body));
        let source = told(ImageError::Source("unexpected `}`".into()), Audience::Owner);
        assert_eq!((source.0, source.2), (500, json!({ "error": "unexpected `}`" })));
    }

    #[test]
    fn what_is_wrong_with_a_function_goes_to_its_owner() {
        let (status, _, body) = told(ImageError::Source("canary".into()), Audience::Public);
        assert!(status == 500 && body["error"].is_string() && !body.to_string().contains("canary"), "{body}");
        let variables = |audience| {
            let (status, _, body) = told(ImageError::Environment, audience);
            assert_eq!((status, &body["error"]["code"]), (500, &json!("INTERNAL_ERROR")));
            body.to_string().contains("environment variables cannot be decrypted")
        };
        assert!(variables(Audience::Owner) && !variables(Audience::Public));
    }

    #[test]
    fn our_own_failures_say_nothing_of_their_cause() {
        for failure in [
            CallFailure::Call(CallError::Host("canary".into())),
            CallFailure::Image(ImageError::Host("canary".into())),
            CallFailure::Image(ImageError::Store("canary".into())),
        ] {
            let (status, _, body) = told(failure, Audience::Owner);
            assert!(
                status >= 500 && body["error"]["code"].is_string() && !body.to_string().contains("canary"),
                "{body}"
            );
        }
    }
}
