//! `manage_function`: looks after functions, by the routes below `/v1/{app}/functions`.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::super::pretty::pretty;
use super::{Hints, Tool, app_id};
use http::Method;
use ramekin_model::limits;
use serde_json::{Value, json};
use url::form_urlencoded;

const ACTIONS: [&str; 6] = ["list", "get", "delete", "get_logs", "update_env", "update_settings"];

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "app_id": app_id(),
        "action": { "type": "string", "enum": ACTIONS, "description": "What to do" },
        "function_name": { "type": "string", "description": "Name of the function; needed for every action but list" },
        "limit": { "type": "number", "description": "get_logs: how many calls; 100 unless said" },
        "since": { "type": "string", "description": "get_logs: only calls after this time, such as 2030-01-31T12:00:00Z" },
        "before": { "type": "string", "description": "get_logs: goes on after a page; its nextCursor" },
        "level": { "type": "string", "enum": ["error", "all"], "description": "get_logs: error keeps calls that failed" },
        "include_deleted": { "type": "boolean", "description": "get_logs: also of a function that was deleted" },
        "env": {
            "type": "object",
            "additionalProperties": { "type": ["string", "null"] },
            "description": "update_env: variables to set; null deletes one; others stay",
        },
        "allow_service_key_impersonation": {
            "type": "boolean",
            "description": "update_settings: whether keys of the app may call the function for a user",
        },
    });
    Tool {
        name: "manage_function",
        title: "Manage Function",
        description: description(),
        schema: super::super::closed(&properties, &["app_id", "action"]),
        hints: Hints { destructive: true, idempotent: true },
    }
}

fn description() -> String {
    format!(
        r#"Looks after the deployed functions of an app.

When to use: to see which functions there are and what they do, to read what calls did, to change variables without a deploy, to delete. To create or change code use deploy_function; to call, invoke_function.

Actions:
  list             every function, with URL, triggers, counters and the error rate of the last day
  get              one function with its code, limits and the names of its variables (never their values)
  get_logs         its calls, newest first: status, duration, memory, error, stack, console lines
  update_env       sets and deletes single variables; the next call sees it
  update_settings  allow_service_key_impersonation
  delete           removes it; its log stays, and a deploy of the same name brings it back

Limits: get_logs returns at most {logs} calls, and an answer has at most {answer} MiB: ask for fewer with `limit`. A variable has at most {variable} KiB.

Example:
{{"app_id": "app_abc123def456", "action": "list"}}
{{"app_id": "app_abc123def456", "action": "get_logs", "function_name": "hello", "level": "error", "limit": 5}}
{{"app_id": "app_abc123def456", "action": "update_env", "function_name": "hello", "env": {{"API_KEY": "secret", "OLD": null}}}}

Errors: RESOURCE_NOT_FOUND (no such app or function), VALIDATION_INVALID_SCHEMA (a variable that cannot be; names that begin with BUTTERBASE_ belong to the platform)."#,
        logs = limits::MAX_LOG_PAGE,
        answer = limits::MAX_TOOL_ANSWER >> 20,
        variable = limits::MAX_ENV_VAR >> 10,
    )
}

/// Does what the action says.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let (app, action) = (arguments.text("app_id"), arguments.text("action"));
    let functions = format!("/v1/{}/functions", segment(app));
    if action == "list" {
        return inside.ask(Method::GET, &functions).await?.shown();
    }
    let name = arguments.need_text("function_name", action)?;
    let path = format!("{functions}/{}", segment(name));
    match action {
        "get" => inside.ask(Method::GET, &path).await?.shown(),
        "delete" => {
            inside.ask(Method::DELETE, &path).await?.json()?;
            let text = format!("Function \"{name}\" deleted");
            Ok(pretty(&json!({ "message": text, "app_id": app, "function_name": name }).to_string()))
        }
        "get_logs" => inside.ask(Method::GET, &format!("{path}/logs{}", query(arguments))).await?.shown(),
        "update_env" => {
            let body = json!({ "envVars": arguments.need("env", action)? });
            inside.send(Method::PATCH, &format!("{path}/env"), &body).await?.shown()
        }
        "update_settings" => {
            const FIELD: &str = "allow_service_key_impersonation";
            arguments.need(FIELD, action)?;
            inside.send(Method::PATCH, &format!("{path}/settings"), &arguments.only(&[FIELD])).await?.shown()
        }
        other => Err(ToolError::Arguments(format!("there is no action `{other}`"))),
    }
}

fn query(arguments: &Arguments) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["limit", "since", "before", "level", "include_deleted"] {
        match arguments.get(name) {
            Some(Value::String(text)) => query.append_pair(name, text),
            // 5.0 is the same number in JSON.
            Some(Value::Number(number)) => match number.as_f64().filter(|number| number.fract() == 0.0) {
                Some(whole) => query.append_pair(name, &format!("{whole:.0}")),
                None => query.append_pair(name, &number.to_string()),
            },
            Some(other) => query.append_pair(name, &other.to_string()),
            None => &mut query,
        };
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let of = |text: &str| {
            let message = format!("{{\"params\":{{\"arguments\":{text}}}}}");
            query(&Arguments::read(message.as_bytes(), &json!({})).unwrap())
        };
        assert_eq!(of("{}"), "");
        assert_eq!(of(r#"{"limit":5,"level":"error","action":"x"}"#), "?limit=5&level=error");
        assert_eq!(of(r#"{"limit":5.0,"include_deleted":true}"#), "?limit=5&include_deleted=true");
        assert_eq!(
            of(r#"{"limit":1.5,"since":"2030-01-31T12:00:00+02:00"}"#),
            "?limit=1.5&since=2030-01-31T12%3A00%3A00%2B02%3A00"
        );
    }
}
