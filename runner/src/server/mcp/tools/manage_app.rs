//! `manage_app`: looks after apps, by the routes `/apps`, `/v1/{app}/env` and `/v1/{app}/config`.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::super::pretty::pretty;
use super::{Hints, Tool};
use http::Method;
use ramekin_model::limits;
use serde_json::{Value, json};

const ACTIONS: [&str; 7] = ["list", "get_config", "update_cors", "pause", "get_env", "update_env", "delete"];

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
        "paused": { "type": "boolean", "description": "pause: true pauses the app, false resumes it" },
        "reason": {
            "type": "string",
            "maxLength": limits::MAX_PAUSE_REASON,
            "description": "pause: why, for whoever calls the app meanwhile",
        },
        "allowed_origins": {
            "type": "array",
            "items": { "type": "string" },
            "description": "update_cors: all origins whose pages may read what the app answers, such as https://example.org",
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

const DESCRIPTION: &str = r#"Looks after apps: lists them, shows and changes what is set of one, pauses and resumes it, changes the variables that all of its functions see, deletes it.

When to use: to find the app_id that other tools take; to set what several functions need, such as the key of a payment service. A variable of a function itself wins over one of the app (manage_function, action "update_env").

Actions:
  list        every app that the key opens, newest first; no app_id
  get_config  what is set of the app: its addresses, origins, and whether and why it is paused
  update_cors replaces the origins whose pages may read what the app answers
  pause       with paused true, callers of its functions get 503 from now on; with paused false they are served again
  get_env     names of the app's variables and when they were changed; values are never shown
  update_env  sets and deletes single variables; the next call of each function sees it
  delete      deletes the app with its functions, logs, tables, users and keys. Nothing brings it back: ask before

Limits: a key of one app sees this app only.

Example:
{"action": "list"}
{"action": "pause", "app_id": "app_abc123def456", "paused": true, "reason": "back at noon"}
{"action": "update_cors", "app_id": "app_abc123def456", "allowed_origins": ["https://shop.example"]}
{"action": "update_env", "app_id": "app_abc123def456", "env": {"STRIPE_KEY": "sk_live_1", "OLD": null}}

Errors: RESOURCE_NOT_FOUND (no such app for this key), VALIDATION_INVALID_SCHEMA (what is no origin; names that begin with BUTTERBASE_ belong to the platform)."#;

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
        "get_config" => inside.ask(Method::GET, &format!("/v1/{app}/config")).await?.shown(),
        "update_cors" => {
            let body = json!({ "allowed_origins": arguments.need("allowed_origins", action)? });
            inside.send(Method::PATCH, &format!("/v1/{app}/config/cors"), &body).await?.shown()
        }
        "pause" => {
            arguments.need("paused", action)?;
            let body = arguments.only(&["paused", "reason"]);
            inside.send(Method::PATCH, &format!("/v1/{app}/config/pause"), &body).await?.shown()
        }
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
