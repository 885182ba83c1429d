//! `manage_auth_config`: makes keys, as `POST /api-keys` does.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError};
use super::{Hints, Tool};
use http::Method;
use serde_json::{Value, json};

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "action": { "type": "string", "enum": ["generate_service_key"], "description": "What to do" },
        "name": { "type": "string", "description": "What to call the key" },
        "key_scope": { "type": "string", "enum": ["account", "app"], "description": "What it opens; account unless said" },
        "app_id": { "type": "string", "description": "The app that a key of scope app opens" },
        "additional_scopes": { "type": "array", "items": { "type": "string" }, "description": "This server knows none" },
    });
    Tool {
        name: "manage_auth_config",
        title: "Manage Auth Config",
        description: DESCRIPTION.into(),
        schema: super::super::closed(&properties, &["action", "name"]),
        hints: Hints { destructive: false, idempotent: false },
    }
}

const DESCRIPTION: &str = r#"Makes API keys.

When to use: for a program that calls functions or deploys. Give it a key of one app (key_scope "app") unless it needs more. Only a key of the app may call functions for a user, with the header X-Butterbase-As-User. Which keys there are, and revoking: manage_api_keys.

Actions:
  generate_service_key  makes a key

Answer: key (shown this once: store it), keyId, prefix, name.

Limits: an account key is needed. A key is a secret: never put it into code that runs in a browser, nor into a function's source.

Example:
{"action": "generate_service_key", "name": "shop backend", "key_scope": "app", "app_id": "app_abc123def456"}

Errors: TARGET_APP_REQUIRED (key_scope "app" without app_id), TARGET_APP_NOT_ALLOWED (app_id without key_scope "app"), RESOURCE_NOT_FOUND (no such app), AUTH_INSUFFICIENT_PERMISSIONS (a key of one app), UNKNOWN_SCOPE."#;

/// Does what the action says.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let mut body = arguments.only(&["name", "key_scope", "additional_scopes"]);
    if let (Some(app), Value::Object(fields)) = (arguments.get("app_id"), &mut body) {
        fields.insert("target_app_id".into(), app.clone());
    }
    inside.send(Method::POST, "/api-keys", &body).await?.shown()
}
