//! `manage_api_keys`: lists and revokes keys, by the routes `/api-keys`.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::{Hints, Tool};
use http::Method;
use serde_json::json;

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "action": { "type": "string", "enum": ["list", "revoke"], "description": "What to do" },
        "key_id": { "type": "string", "description": "revoke: id of the key, as list shows it" },
    });
    Tool {
        name: "manage_api_keys",
        title: "Manage API Keys",
        description: DESCRIPTION.into(),
        schema: super::super::closed(&properties, &["action"]),
        hints: Hints { destructive: true, idempotent: true },
    }
}

const DESCRIPTION: &str = r#"Lists and revokes the API keys of the account.

When to use: to see which keys there are, and to make one useless that was lost or is not needed any more. A new key: manage_auth_config (action "generate_service_key").

Actions:
  list    every key that is not revoked: id, name, first characters, scopes ("*" or "app:…"), last use. The keys themselves are shown to nobody
  revoke  makes a key useless: at once here, within a minute on other servers. Nothing brings it back

Limits: an account key is needed; a key of one app looks after no keys. Do not revoke the key that you are using.

Example:
{"action": "list"}
{"action": "revoke", "key_id": "5f0c7e0a-0d0e-4c39-9b1d-7f6d5f2b6a11"}

Errors: AUTH_INSUFFICIENT_PERMISSIONS (a key of one app), RESOURCE_NOT_FOUND (no such key)."#;

/// Does what the action says.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    match arguments.text("action") {
        "list" => inside.ask(Method::GET, "/api-keys").await?.shown(),
        "revoke" => {
            let id = segment(arguments.need_text("key_id", "revoke")?);
            inside.ask(Method::DELETE, &format!("/api-keys/{id}")).await?.shown()
        }
        other => Err(ToolError::Arguments(format!("there is no action `{other}`"))),
    }
}
