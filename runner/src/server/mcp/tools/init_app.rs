//! `init_app`: makes an app, as `POST /init` does.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError};
use super::{Hints, Tool};
use http::Method;
use serde_json::json;

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "name": {
            "type": "string",
            "minLength": 1,
            "description": "1 to 63 of a-z, 0-9, _ and -, beginning with a letter or a digit",
        },
        "subdomain": {
            "type": "string",
            "minLength": 1,
            "description": "Its name in the domain of the server, if that has one; unique there",
        },
    });
    Tool {
        name: "init_app",
        title: "Initialize App",
        description: DESCRIPTION.into(),
        schema: super::super::closed(&properties, &["name"]),
        hints: Hints { destructive: false, idempotent: true },
    }
}

const DESCRIPTION: &str = r#"Makes an app with a PostgreSQL database of its own. An app holds functions, variables, tables and users, and no app sees another. An app of this name that is there already is returned as it is.

When to use: once for each project, before anything else. Which apps there are: manage_app (action "list").

Answer: app_id (every other tool takes it), api_url (functions are called at {api_url}/fn/{name}), provisioning_status ("ready" when the database can be used).

Limits: an account key is needed; a key of one app makes no apps.

Example:
{"name": "shop"}

Errors: VALIDATION_INVALID_SCHEMA (the name), RESOURCE_ALREADY_EXISTS (another app has the subdomain), AUTH_INSUFFICIENT_PERMISSIONS (a key of one app), AUTH_INVALID_API_KEY.

Next: manage_schema for tables, deploy_function for functions."#;

/// Makes it.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    inside.send(Method::POST, "/init", &arguments.only(&["name", "subdomain"])).await?.shown()
}
