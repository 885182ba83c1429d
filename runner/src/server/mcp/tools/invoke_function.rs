//! `invoke_function`: calls a function the way everybody does, `ANY /v1/{app}/fn/{name}`.

use super::super::arguments::Arguments;
use super::super::inside::{Answer, Inside, ToolError, segment};
use super::{Hints, Tool, app_id};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use ramekin_model::limits;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "app_id": app_id(),
        "function_name": {
            "type": "string",
            "minLength": 1,
            "description": "Name of the function; a query may follow, as in hello?name=you",
        },
        "method": {
            "type": "string",
            "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"],
            "description": "HTTP method; POST unless said",
        },
        "body": {
            "description": "Content, sent as JSON. A string is sent as it stands when headers name a content-type that is not JSON",
        },
        "headers": {
            "type": "object",
            "additionalProperties": { "type": "string" },
            "description": "Header fields; they take the place of those that are sent by default (authorization, content-type)",
        },
    });
    Tool {
        name: "invoke_function",
        title: "Invoke Function",
        description: description(),
        schema: super::super::closed(&properties, &["app_id", "function_name"]),
        hints: Hints { destructive: false, idempotent: false },
    }
}

fn description() -> String {
    format!(
        r#"Calls a deployed function at its public URL and returns what it answers: {{ status, headers, body, duration_ms }}. The body is parsed when it is JSON, else a text; content that is no text comes in base64, and body_encoding says so.

When to use: to try a function after deploy_function, or to have it do its work. It is a real call: it writes to the real database and stands in the log. What it wrote with console, and the stack of an error: manage_function (action "get_logs").

The call carries your API key, which stands for the app and for no user. A function whose auth is "required" (the default) therefore answers 401: deploy it with auth "optional" or "none", send a user's token as headers.authorization, or use a key of the app (manage_auth_config, action "generate_service_key") together with the header X-Butterbase-As-User.

Limits: the request's content has at most {request} MiB, the answer that comes back here at most {answer} MiB; the function's own timeoutMs holds. A stream is read to its end.

Example:
{{"app_id": "app_abc123def456", "function_name": "hello?name=you", "method": "GET"}}
{{"app_id": "app_abc123def456", "function_name": "orders", "body": {{"item": "book"}}, "headers": {{"X-Butterbase-As-User": "user-1"}}}}

Errors: an answer of the function, whatever its status, is no error of the tool. Status 404 {{"error": "Function not found"}} says that there is no such function, 401 that it asks for a user, 504 that it took longer than its timeoutMs, 429 that too many calls are running."#,
        request = limits::MAX_REQUEST_BODY >> 20,
        answer = limits::MAX_TOOL_ANSWER >> 20,
    )
}

/// What the tool answers. The order of members is the order in which they are read.
#[derive(Serialize)]
struct Shown {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_encoding: Option<&'static str>,
    duration_ms: u128,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    Json(Box<RawValue>),
    Text(String),
}

/// Calls.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let method = match arguments.text("method") {
        "" => Method::POST,
        name => Method::from_bytes(name.as_bytes()).map_err(|_| format!("method: `{name}` is none"))?,
    };
    if method == Method::GET && arguments.get("body").is_some() {
        return Err(ToolError::Arguments("body: a GET has none".into()));
    }
    let headers = fields(arguments)?;
    let body = body(arguments, headers.get(header::CONTENT_TYPE));
    let function = arguments.text("function_name");
    let (name, query) = function.split_at(function.find('?').unwrap_or(function.len()));
    let path = format!("/v1/{}/fn/{}{query}", segment(arguments.text("app_id")), segment(name));
    let has_body = !body.is_empty();
    let mut request = inside.request(method, &path, body)?;
    if has_body {
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in headers {
        if let Some(name) = name.filter(|name| *name != header::HOST) {
            request.headers_mut().insert(name, value);
        }
    }
    let begun = Instant::now();
    let answer = inside.call(request).await?;
    let duration_ms = begun.elapsed().as_millis();
    let (body, body_encoding) = content(&answer);
    let shown = Shown {
        status: answer.status.as_u16(),
        headers: shown_fields(&answer.headers),
        body,
        body_encoding,
        duration_ms,
    };
    let text = serde_json::to_string(&shown).map_err(|error| ToolError::Broken(error.to_string()))?;
    Ok(super::super::pretty::pretty(&text))
}

fn fields(arguments: &Arguments) -> Result<HeaderMap, ToolError> {
    let given = arguments.get("headers").and_then(Value::as_object).into_iter().flatten();
    given
        .map(|(name, value)| {
            let wrong = || ToolError::Arguments(format!("headers.{name}: is no header field"));
            let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            let value = HeaderValue::from_str(value.as_str().unwrap_or_default()).map_err(|_| wrong())?;
            Ok((field, value))
        })
        .collect()
}

fn body(arguments: &Arguments, kind: Option<&HeaderValue>) -> Bytes {
    match (arguments.get("body"), arguments.raw("body")) {
        (Some(Value::String(text)), _) if kind.is_some_and(|kind| !is_json(kind)) => text.clone().into(),
        (_, Some(json)) => json.get().to_owned().into(),
        _ => Bytes::new(),
    }
}

fn is_json(kind: &HeaderValue) -> bool {
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || kind.ends_with("+json")
}

fn content(answer: &Answer) -> (Content, Option<&'static str>) {
    let Ok(text) = std::str::from_utf8(&answer.body) else {
        return (Content::Text(STANDARD.encode(&answer.body)), Some("base64"));
    };
    if answer.headers.get(header::CONTENT_TYPE).is_some_and(is_json)
        && let Ok(json) = RawValue::from_string(text.to_owned())
    {
        return (Content::Json(json), None);
    }
    (Content::Text(text.to_owned()), None)
}

fn shown_fields(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let all = shown.entry(name.as_str().to_owned()).or_default();
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(&value);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    fn arguments(text: &str) -> Arguments {
        let message = format!("{{\"params\":{{\"arguments\":{text}}}}}");
        Arguments::read(message.as_bytes(), &json!({})).unwrap()
    }

    #[test]
    fn content_is_sent_as_it_was_written() {
        let text = HeaderValue::from_static("text/plain");
        let sent = |given: &str, kind| String::from_utf8(body(&arguments(given), kind).to_vec()).unwrap();
        assert_eq!(sent(r#"{"body":{"z":1.0,"a":[]}}"#, None), r#"{"z":1.0,"a":[]}"#);
        assert_eq!(sent(r#"{"body":"x\n"}"#, None), r#""x\n""#);
        assert_eq!(sent(r#"{"body":"x\n"}"#, Some(&text)), "x\n");
        assert_eq!(sent(r#"{"body":{"a":1}}"#, Some(&text)), r#"{"a":1}"#);
        assert_eq!(sent("{}", None), "");
    }

    #[test]
    fn fields_must_be_fields() {
        assert_eq!(fields(&arguments(r#"{"headers":{"X-A":"1"}}"#)).unwrap()["x-a"], "1");
        for bad in [r#"{"headers":{"":"1"}}"#, r#"{"headers":{"a b":"1"}}"#, r#"{"headers":{"a":"1\n2"}}"#] {
            assert!(matches!(fields(&arguments(bad)), Err(ToolError::Arguments(_))), "{bad}");
        }
    }

    #[test]
    fn answers_are_shown_by_their_type() {
        let shown = |kind: &'static str, bytes: &'static [u8]| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
            let (content, encoding) =
                content(&Answer { status: StatusCode::OK, headers, body: Bytes::from_static(bytes) });
            (serde_json::to_string(&content).unwrap(), encoding)
        };
        assert_eq!(shown("application/json; charset=utf-8", b"{\"b\":1,\"a\":2}"), ("{\"b\":1,\"a\":2}".into(), None));
        assert_eq!(shown("application/problem+json", b"7"), ("7".into(), None));
        assert_eq!(shown("application/json", b"{"), ("\"{\"".into(), None));
        assert_eq!(shown("text/plain", b"7"), ("\"7\"".into(), None));
        assert_eq!(shown("image/png", b"\xff\x00"), ("\"/wA=\"".into(), Some("base64")));
        let mut repeated = HeaderMap::new();
        repeated.append("a", HeaderValue::from_static("1"));
        repeated.append("a", HeaderValue::from_static("2"));
        assert_eq!(shown_fields(&repeated)["a"], "1, 2");
    }
}
