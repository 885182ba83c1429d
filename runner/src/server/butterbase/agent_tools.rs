//! `POST /internal/agent-tools/function-invoke`: an agent runtime calls a function as a tool (Butterbase §6.6). Only who knows
//! the token that the operator has set may; which functions are offered to whom is the agent runtime's affair.

use super::edge::caller::Identity;
use super::edge::failure::{self, Audience};
use super::edge::peers::Peers;
use super::edge::{headers, respond};
use super::json;
use crate::ops::call::{Calls, Incoming, Received};
use crate::otlp::Via;
use crate::registry::{Found, FunctionEntry};
use crate::server::body::{ResponseBody, read};
use crate::server::error::JSON;
use crate::server::front::Meta;
use crate::server::state::{AppState, PublicUrl};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, Version};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use ramekin_host_api::ports::Content;
use ramekin_host_api::{AnonymousRole, Caller, fields};
use ramekin_model::{TriggerType, limits};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

const TOKEN: HeaderName = HeaderName::from_static("x-internal-service-token");

/// 200 with what the function answered, 400 when that is an error or there was no call, 401 without the token.
pub async fn handler(State(state): State<AppState>, State(url): State<PublicUrl>, request: Request) -> Response {
    if !is_known(&state, request.headers()) {
        return json(StatusCode::UNAUTHORIZED, &json!({ "error": "unauthorized" }));
    }
    let id = request.extensions().get::<Meta>().map_or_else(Uuid::now_v7, |meta| meta.id);
    let path = request.uri().path().to_owned();
    let via = state.0.calls.via("/internal/agent-tools/function-invoke", request.headers());
    let form = match read(request.into_body(), limits::MAX_REQUEST_BODY).await {
        Ok(body) => Form::read(&body),
        Err(error) => {
            let (status, text) = error.plain();
            return json(status, &json!({ "ok": false, "error": text }));
        }
    };
    match form {
        Ok(form) => show(call(&state, &url, id, path, form, via).await),
        Err(text) => json(StatusCode::BAD_REQUEST, &json!({ "ok": false, "error": text })),
    }
}

/// Whether a request has the token. Nobody has one that the operator has not set.
fn is_known(state: &AppState, headers: &HeaderMap) -> bool {
    let given = headers.get(TOKEN).and_then(|token| token.to_str().ok());
    matches!((&state.0.internal_token, given), (Some(known), Some(token)) if known.is(token))
}

/// For whom the agent works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CallerKind {
    EndUser,
    Function,
    Dashboard,
}

#[derive(Debug, Deserialize)]
struct Form {
    app_id: String,
    run_id: Uuid,
    function_name: String,
    caller_kind: CallerKind,
    caller_user_id: Option<String>,
    /// As it was written.
    args: Box<RawValue>,
}

impl Form {
    fn read(body: &[u8]) -> Result<Self, String> {
        let form: Self = serde_json::from_slice(body).map_err(|error| format!("invalid request: {error}"))?;
        if !form.args.get().starts_with('{') {
            return Err("invalid request: args: must be an object".into());
        }
        let user = form.caller_user_id.as_deref().unwrap_or("-");
        if user.is_empty() || user.len() > limits::MAX_USER_ID || user.chars().any(char::is_control) {
            let most = limits::MAX_USER_ID;
            return Err(format!("invalid request: caller_user_id: must be null or 1 to {most} bytes of plain text"));
        }
        Ok(form)
    }
}

/// What became of a call.
struct Outcome {
    status: StatusCode,
    /// What the function answered; why there is nothing of it.
    content: Result<Bytes, String>,
}

impl Outcome {
    fn refused(status: StatusCode, why: &str) -> Self {
        Self { status, content: Err(why.to_owned()) }
    }
}

async fn call(state: &AppState, url: &PublicUrl, id: Uuid, path: String, form: Form, via: Via) -> Outcome {
    let entry = match state.0.registry().find(&form.app_id, &form.function_name) {
        Found::NoApp => return Outcome::refused(StatusCode::NOT_FOUND, "App not found"),
        Found::NoFunction => return Outcome::refused(StatusCode::NOT_FOUND, "Function not found"),
        Found::Paused(_) => {
            return Outcome::refused(StatusCode::SERVICE_UNAVAILABLE, "the app is paused by its owner");
        }
        Found::Function(entry) => entry,
    };
    // Nobody is signed in where only a function or its owner is behind the agent, and nobody is anonymous either.
    let role = match form.caller_kind {
        CallerKind::EndUser => state.0.calls.anonymous_role,
        CallerKind::Function | CallerKind::Dashboard => AnonymousRole::Service,
    };
    let calls = Calls { anonymous_role: role, ..state.0.calls.clone() };
    let incoming = Incoming { via, ..incoming(state, url, id, path, form, &entry) };
    let response = match calls.call(&entry, incoming).await {
        // No connection has to be told anything.
        Ok(reply) => respond::reply(reply, &Method::POST, Version::HTTP_2),
        Err(failure) => failure::response(failure, Audience::Public).map(ResponseBody::Bytes),
    };
    let (head, body) = response.into_parts();
    let content = Limited::new(body, limits::MAX_TOOL_ANSWER).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            format!("the answer is larger than {} bytes", limits::MAX_TOOL_ANSWER)
        } else {
            format!("the answer broke off: {error}")
        }
    });
    Outcome { status: head.status, content: content.map(http_body_util::Collected::to_bytes) }
}

fn incoming(state: &AppState, url: &PublicUrl, id: Uuid, path: String, form: Form, entry: &FunctionEntry) -> Incoming {
    let user: Option<Arc<str>> = form.caller_user_id.map(Arc::from);
    let identity = Identity { caller: Caller { user_id: user.clone(), ..Caller::anonymous() }, user };
    let body = Bytes::from(String::from(Box::<str>::from(form.args)));
    let mut section = Vec::with_capacity(256);
    fields::encode_one(&mut section, "content-type", JSON.as_bytes());
    fields::encode_one(&mut section, "content-length", body.len().to_string().as_bytes());
    fields::encode_one(&mut section, "x-run-id", form.run_id.to_string().as_bytes());
    headers::platform(&mut section, &entry.app.id, &identity);
    let received = Arc::<Received>::default();
    received.add(body.len());
    Incoming {
        id,
        method: Method::POST.as_str().to_owned(),
        url: url.of_function(&entry.app.id, &entry.function.name),
        path,
        headers: section,
        body: Content::Bytes(body),
        received,
        // The agent runtime's address says nothing of whoever talks to the agent.
        client_ip: None,
        peers: Peers::of(state, entry, identity.user.clone(), None),
        user: identity.user,
        caller: identity.caller,
        trigger: TriggerType::Http,
        acted: None,
        via: Via::default(),
    }
}

/// Redirects are answers like others; an agent reads them.
fn show(outcome: Outcome) -> Response {
    let Outcome { status, content } = outcome;
    let failed = status.is_client_error() || status.is_server_error();
    let content = content.map(|bytes| match serde_json::from_slice::<Value>(&bytes) {
        Ok(value) => value,
        Err(_) => String::from_utf8_lossy(&bytes).into(),
    });
    let error = match content {
        Ok(result) if !failed => {
            let body = json!({ "ok": true, "status_code": status.as_u16(), "result": result });
            return json(StatusCode::OK, &body);
        }
        Ok(value) => reason(value),
        Err(why) => why.into(),
    };
    json(StatusCode::BAD_REQUEST, &json!({ "ok": false, "status_code": status.as_u16(), "error": error }))
}

/// The text of an error, where it has the form in which functions that throw answer.
fn reason(value: Value) -> Value {
    match value.get("error") {
        Some(Value::String(text)) => text.as_str().into(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(change: impl FnOnce(&mut Value)) -> Result<Form, String> {
        let mut form = json!({
            "app_id": "app_000000000000", "run_id": Uuid::nil(), "function_name": "f", "caller_kind": "end_user",
            "caller_user_id": "u", "args": { "a": 1 },
        });
        change(&mut form);
        Form::read(form.to_string().as_bytes())
    }

    #[test]
    fn forms() {
        let read = form(|_| ()).unwrap();
        assert_eq!((read.caller_kind, read.caller_user_id.as_deref()), (CallerKind::EndUser, Some("u")));
        for user in [Value::Null, "x".repeat(limits::MAX_USER_ID).into()] {
            assert!(form(|form| form["caller_user_id"] = user.clone()).is_ok(), "{user}");
        }
        for user in ["", "a\nb", "\u{7f}", &"x".repeat(limits::MAX_USER_ID + 1)] {
            assert!(form(|form| form["caller_user_id"] = user.into()).unwrap_err().contains("caller_user_id"));
        }
        for (name, value) in [
            ("app_id", json!(1)),
            ("run_id", json!("not-a-uuid")),
            ("function_name", Value::Null),
            ("caller_kind", json!("alien")),
            ("caller_user_id", json!(1)),
            ("args", json!([])),
            ("args", Value::Null),
        ] {
            let error = form(|form| form[name] = value.clone()).unwrap_err();
            assert!(error.starts_with("invalid request: "), "{name}: {error}");
        }
        assert!(Form::read(b"{").is_err() && Form::read(b"").is_err());
    }

    #[test]
    fn arguments_are_passed_on_as_they_were_written() {
        let text = r#"{"app_id":"a","run_id":"00000000-0000-0000-0000-000000000000","function_name":"f",
            "caller_kind":"dashboard","args": {"z":1.50, "a":12345678901234567890123}}"#;
        let form = Form::read(text.as_bytes()).unwrap();
        assert_eq!(form.args.get(), r#"{"z":1.50, "a":12345678901234567890123}"#);
        assert_eq!(form.caller_user_id, None);
    }

    async fn shown(status: u16, content: Result<&'static str, &str>) -> (u16, Value) {
        let content = content.map(|text| Bytes::from_static(text.as_bytes())).map_err(str::to_owned);
        let response = show(Outcome { status: StatusCode::from_u16(status).unwrap(), content });
        let (head, body) = response.into_parts();
        (head.status.as_u16(), serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap())
    }

    #[tokio::test]
    async fn answers() {
        let ok = |status: u16, result: Value| (200, json!({ "ok": true, "status_code": status, "result": result }));
        let no = |status: u16, error: Value| (400, json!({ "ok": false, "status_code": status, "error": error }));
        assert_eq!(shown(201, Ok(r#"{"a":1}"#)).await, ok(201, json!({ "a": 1 })));
        assert_eq!(shown(200, Ok("plain")).await, ok(200, json!("plain")));
        assert_eq!(shown(204, Ok("")).await, ok(204, json!("")));
        assert_eq!(shown(302, Ok("")).await, ok(302, json!("")));
        assert_eq!(shown(500, Ok(r#"{"error":"boom"}"#)).await, no(500, json!("boom")));
        assert_eq!(shown(404, Ok(r#"{"found":false}"#)).await, no(404, json!({ "found": false })));
        assert_eq!(shown(200, Err("too large")).await, no(200, json!("too large")));
    }
}
