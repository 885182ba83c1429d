//! `manage_app`: looks after apps, by the routes `/apps` and `/v1/{app}/env`.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::super::pretty::pretty;
use super::{Hints, Tool};
use http::Method;
use serde_json::{Value, json};

const ACTIONS: [&str; 4] = ["list", "get_env", "update_env", "delete"];

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "action": { "type": "string", "enum": ACTIONS, "description": "What to do" },
        "app_id": { "type": "string", "description": "Id of the app; needed for every action but list" },
        "env": {
            "type": "object",
            "additionalProperties": { "type": ["string", "null"] },
            "description": "update_env: variables to set; null deletes one; others stay",
        },
    });
    Tool {
        name: "manage_app",
        title: "Manage App",
        description: DESCRIPTION.into(),
        schema: super::super::closed(&properties, &["action"]),
        hints: Hints { destructive: true, idempotent: true },
    }
}

const DESCRIPTION: &str = r#"Looks after apps: lists them, changes the variables that all functions of an app see, deletes an app.

When to use: to find the app_id that other tools take; to set what several functions need, such as the key of a payment service. A variable of a function itself wins over one of the app (manage_function, action "update_env").

Actions:
  list        every app that the key opens, newest first; no app_id
  get_env     names of the app's variables and when they were changed; values are never shown
  update_env  sets and deletes single variables; the next call of each function sees it
  delete      deletes the app with its functions, logs, tables, users and keys. Nothing brings it back: ask before

Limits: a key of one app sees this app only.

Example:
{"action": "list"}
{"action": "update_env", "app_id": "app_abc123def456", "env": {"STRIPE_KEY": "sk_live_1", "OLD": null}}

Errors: RESOURCE_NOT_FOUND (no such app for this key), VALIDATION_INVALID_SCHEMA (names that begin with BUTTERBASE_ belong to the platform)."#;

/// Does what the action says.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let action = arguments.text("action");
    if action == "list" {
        return inside.ask(Method::GET, "/apps").await?.shown();
    }
    let app = segment(arguments.need_text("app_id", action)?);
    let shown = |value: &Value| Ok(pretty(&value.to_string()));
    match action {
        "get_env" => {
            let found = inside.ask(Method::GET, &format!("/v1/{app}/env")).await?.json()?;
            shown(&json!({ "keys": found.get("keys"), "updated_at": found.get("updatedAt") }))
        }
        "update_env" => {
            let body = json!({ "envVars": arguments.need("env", action)? });
            let changed = inside.send(Method::PATCH, &format!("/v1/{app}/env"), &body).await?.json()?;
            shown(&json!({ "updated_keys": changed.get("updatedKeys"), "invalidated": changed.get("invalidated") }))
        }
        "delete" => inside.ask(Method::DELETE, &format!("/apps/{app}")).await?.shown(),
        other => Err(ToolError::Arguments(format!("there is no action `{other}`"))),
    }
}
