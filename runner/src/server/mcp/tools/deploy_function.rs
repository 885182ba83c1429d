//! `deploy_function`: deploys a function, as `POST /v1/{app}/functions` does.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::{Hints, Tool, app_id};
use http::Method;
use ramekin_model::limits;
use serde_json::{Value, json};

/// The tool.
pub fn tool() -> Tool {
    Tool {
        name: "deploy_function",
        title: "Deploy Function",
        description: description(),
        schema: schema(),
        hints: Hints { destructive: false, idempotent: true },
    }
}

fn description() -> String {
    format!(
        r#"Deploys a TypeScript or JavaScript function to an app, or replaces the function of this name. When it has answered, the next call runs the new version; when it fails, nothing was changed.

When to use: to create a function and to change one. Look at what is there with manage_function (action "get") first: a deploy replaces the code, and whatever of envVars and triggers it names.

The code is one module that exports a handler:
  export async function handler(request: Request, ctx): Promise<Response> {{ … }}
A default export of a function, an object with `fetch`, or Deno.serve are taken too. In the handler:
  ctx.env         variables (strings)
  ctx.db          SQL of the app's database: await ctx.db.query("select * from notes where id = $1", [id])
  ctx.user        {{ id }} of the signed-in user, or null
  ctx.waitUntil(promise)   goes on for up to {background} s after the response
  ctx.idempotency.claim(key), ctx.invoke(name, body), ctx.caller, ctx.app, ctx.request
and the web platform: fetch, URL, Headers, Blob, FormData, streams, timers, crypto. Errors name lines of your source.

Imports: npm:name@version, jsr:@scope/name, node: modules and, with `files`, relative paths. Instead of `code`, `files` holds several files by path (also package.json and deno.json, for what bare names mean); `entry` says which one exports the handler (index.ts unless said). What it imports is made part of the function at deploy.

Who may call it, in the http trigger's config.auth (without triggers: "required"):
  "required"   callers with a user: a user's token, or a key of the app together with X-Butterbase-As-User
  "optional"   anybody; ctx.user is set when there is a user
  "none"       anybody

Limits: the code has at most {source} MiB; timeoutMs is 1 to {timeout} (default {default_timeout}), memoryLimitMb {min_memory} to {max_memory} (default {default_memory}). Each request runs in a sandbox of its own: module variables are never shared between requests. The top level runs once, at deploy.

What is left out of a redeploy stays as it was: description, envVars, timeoutMs, memoryLimitMb, triggers, the impersonation switch. envVars replaces all variables of the function; manage_function (action "update_env") changes single ones.

Answer: id, name, url, triggers, deployedAt, startup ("snapshot", or "per_request" with the reason), consoleLogs of the top level.

Example:
{{"app_id": "app_abc123def456", "name": "hello", "code": "export const handler = (request: Request) => Response.json({{ hello: new URL(request.url).searchParams.get('name') }});", "triggers": [{{"type": "http", "config": {{"auth": "none"}}}}]}}

Errors: VALIDATION_INVALID_SCHEMA (the message names the field, or line and column of the code), RESOURCE_NOT_FOUND (no such app for this key), AUTH_INVALID_API_KEY."#,
        background = limits::BACKGROUND_MS / 1000,
        source = limits::MAX_SOURCE >> 20,
        timeout = limits::MAX_TIMEOUT_MS,
        default_timeout = limits::DEFAULT_TIMEOUT_MS,
        min_memory = limits::MIN_MEMORY_MB,
        max_memory = limits::MAX_MEMORY_MB,
        default_memory = limits::DEFAULT_MEMORY_MB,
    )
}

fn schema() -> Value {
    let kinds = ["http", "cron", "s3_upload", "webhook", "websocket"];
    let config = json!({
        "description": "http: {\"auth\": \"required\" | \"optional\" | \"none\"}; cron: {\"schedule\", \"timezone\"?}; webhook: \
                        {\"provider\", \"secret\"}; websocket: {\"event\"}; s3_upload: {\"bucket\", \"prefix\"?}",
    });
    let properties = json!({
        "app_id": app_id(),
        "name": { "type": "string", "description": "Name in the app: 1 to 100 of A-Z, a-z, 0-9, _ and -; part of its URL" },
        "code": { "type": "string", "description": "Source: one TypeScript or JavaScript module; this or `files`" },
        "files": {
            "type": "object",
            "additionalProperties": { "type": "string" },
            "description": "Source of several files: texts by relative path, such as lib/db.ts",
        },
        "entry": { "type": "string", "description": "The file of `files` that exports the handler; index.ts or <name>.ts unless said" },
        "description": { "type": "string", "description": "What the function is for" },
        "envVars": {
            "type": "object",
            "additionalProperties": { "type": "string" },
            "description": "All variables of the function, which it reads as ctx.env; their values are encrypted and never shown",
        },
        "timeoutMs": { "type": "number", "description": "Wall time of a call, in milliseconds" },
        "memoryLimitMb": { "type": "number", "description": "Memory of a call, in MiB" },
        "trigger": {
            "type": "object",
            "properties": {
                "type": { "type": "string", "enum": kinds, "description": "What starts the function" },
                "config": config,
            },
            "required": ["type"],
            "additionalProperties": false,
            "description": "One trigger; `triggers` wins over it",
        },
        "triggers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "type": { "type": "string", "enum": kinds, "description": "What starts the function" },
                    "config": config,
                    "enabled": { "type": "boolean", "description": "false: it starts nothing" },
                },
                "required": ["type"],
                "additionalProperties": false,
            },
            "description": "All triggers, at most one of each type",
        },
        "agent_tool": { "type": "boolean", "description": "Not used by this server" },
        "agent_tool_description": { "type": "string", "maxLength": 500, "description": "Not used by this server" },
        "agent_tool_mode": {
            "type": "string", "enum": ["read_only", "read_write"], "description": "Not used by this server",
        },
        "agent_tool_exposed_to": {
            "type": "string", "enum": ["developer_only", "end_user"], "description": "Not used by this server",
        },
        "allow_service_key_impersonation": {
            "type": "boolean",
            "description": "Whether keys of the app may call it for a user (X-Butterbase-As-User); true unless said",
        },
    });
    super::super::closed(&properties, &["app_id", "name"])
}

/// Deploys.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let path = format!("/v1/{}/functions", segment(arguments.text("app_id")));
    inside.send(Method::POST, &path, &arguments.without(&["app_id"])).await?.shown()
}
