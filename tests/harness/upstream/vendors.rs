//! Services of others that examples talk to, as far as the examples notice.

use super::chunks::Chunks;
use super::{status, with};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

/// The key that the model's service takes.
const MODEL_KEY: &str = "Bearer sk-loopback";

/// The keys of an identity provider: `tests/cases/examples/jwt-session/provider.ts` has the private half of the one.
pub fn jwks() -> Response<Chunks> {
    let key = json!({
        "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "alg": "ES256",
        "x": "LTrUVPa5pGTqNFpiLlhDddQe8i7OqqtM3W16-n49tEc",
        "y": "cZfMSdT3fpQHOmvlShw0Cqkl729Vl3V6ySmMPQyV8h8",
    });
    json(200, &json!({ "keys": [key] }))
}

/// `POST …/chat/completions` of a service that speaks the API of OpenAI. It repeats the last message, a word at a time. The
/// messages `busy` and `refuse` are answered with 429 and 400, and `break` breaks off after its first word.
pub async fn chat(request: Request<Incoming>) -> Response<Chunks> {
    let authorized = request.headers().get("authorization").is_some_and(|key| key == MODEL_KEY);
    let right_place = request.method() == "POST" && request.uri().path().ends_with("/chat/completions");
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    if !right_place {
        return refusal(404, "invalid_request_error", "there is no such route");
    }
    if !authorized {
        return refusal(401, "invalid_request_error", "Incorrect API key provided: sk-loo***");
    }
    let last = asked.pointer("/messages").and_then(Value::as_array).and_then(|messages| messages.last());
    let said = last.and_then(|message| message.get("content")).and_then(Value::as_str).unwrap_or_default();
    if asked.get("stream") != Some(&Value::Bool(true)) || said.is_empty() {
        return refusal(400, "invalid_request_error", "this service only streams");
    }
    match said {
        "busy" => with(refusal(429, "rate_limit_error", "Rate limit reached for org-loopback"), "retry-after", "1"),
        "refuse" => refusal(400, "invalid_request_error", "org-loopback may not ask this"),
        _ => {
            let event = |delta: Value, finish: Value| {
                let chunk = json!({
                    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": asked.get("model"),
                    "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
                });
                Bytes::from(format!("data: {chunk}\n\n"))
            };
            let words = said.split_inclusive(' ').map(|word| event(json!({ "content": word }), Value::Null));
            let head = event(json!({ "role": "assistant", "content": "" }), Value::Null);
            let mut events: VecDeque<Bytes> = std::iter::once(head).chain(words).collect();
            let chunks = if said == "break" {
                Chunks::cut_after(events)
            } else {
                events.push_back(event(json!({}), "stop".into()));
                events.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
                Chunks::paced(events, Duration::from_millis(50))
            };
            with(status(200, chunks), "content-type", "text/event-stream")
        }
    }
}

fn refusal(code: u16, kind: &str, message: &str) -> Response<Chunks> {
    json(code, &json!({ "error": { "message": message, "type": kind, "param": null, "code": null } }))
}

fn json(code: u16, value: &Value) -> Response<Chunks> {
    with(status(code, Chunks::whole(value.to_string())), "content-type", "application/json")
}
