//! `manage_schema`: the tables of an app, by the routes below `/v1/{app}/schema`.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::{Hints, Tool, app_id};
use http::Method;
use ramekin_model::limits;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

const ACTIONS: [&str; 4] = ["get", "apply", "dry_run", "list_migrations"];

/// What is sent to the route: the schema as it was written, so that columns keep their order.
#[derive(Serialize)]
struct Apply<'a> {
    schema: &'a RawValue,
    dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Value>,
}

/// The tool.
pub fn tool() -> Tool {
    let properties = json!({
        "app_id": app_id(),
        "action": { "type": "string", "enum": ACTIONS, "description": "What to do" },
        "schema": schema(),
        "name": { "type": "string", "description": "apply: what to call the change in its record" },
    });
    Tool {
        name: "manage_schema",
        title: "Manage Schema",
        description: description(),
        schema: super::super::closed(&properties, &["app_id", "action"]),
        hints: Hints { destructive: true, idempotent: true },
    }
}

fn schema() -> Value {
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let column = json!({
        "type": "object",
        "properties": {
            "type": { "type": "string", "description": "PostgreSQL type, such as uuid, text, integer, timestamptz, jsonb, vector(3)" },
            "primaryKey": { "type": "boolean" },
            "nullable": { "type": "boolean", "description": "true unless said" },
            "default": { "type": "string", "description": "SQL expression, such as now() or gen_random_uuid()" },
            "unique": { "type": "boolean" },
            "references": {
                "anyOf": [
                    { "type": "string", "description": "table.column" },
                    {
                        "type": "object",
                        "properties": {
                            "table": { "type": "string" },
                            "column": { "type": "string" },
                            "onDelete": { "type": "string" },
                            "onUpdate": { "type": "string" },
                        },
                        "required": ["table", "column"],
                        "additionalProperties": false,
                    },
                ],
            },
        },
        "required": ["type"],
        "additionalProperties": false,
    });
    let index = json!({
        "type": "object",
        "properties": {
            "columns": names,
            "unique": { "type": "boolean" },
            "method": { "type": "string", "description": "btree, hash, gist, gin, hnsw or ivfflat" },
            "opclass": { "type": "string" },
        },
        "required": ["columns"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "tables": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "columns": { "type": "object", "additionalProperties": column },
                        "indexes": { "type": "object", "additionalProperties": index },
                        "_dropColumns": names,
                        "_changeTypes": names,
                    },
                    "required": ["columns"],
                    "additionalProperties": false,
                },
            },
            "_drop": names,
        },
        "required": ["tables"],
        "additionalProperties": false,
        "description": "apply and dry_run: what the tables should be",
    })
}

fn description() -> String {
    format!(
        r#"Looks at the tables of an app and brings them to what you wish. You say what the tables should be; the server finds the statements and runs them in one transaction.

When to use: before a function uses ctx.db. Functions cannot create tables themselves. Then say who sees which rows with manage_rls.

Actions:
  get      the tables as they are, in the form that apply takes
  dry_run  the statements that apply would run, without running them
  apply    runs them; when it fails, everything is as before
  list_migrations  changes that were applied before, newest first, with their statements

Nothing is lost that is not named: a table that is there must be in `tables` or in `_drop`, and a column stays unless `_dropColumns` names it; another type of a column needs `_changeTypes`. So begin with get, change what it shows, look at dry_run, and apply. To apply the same again changes nothing.

Limits: {tables} tables in one schema, {columns} columns in a table; names are 1 to {name} of a-z, 0-9 and _; names that begin with _ belong to the platform.

Example:
{{"app_id": "app_abc123def456", "action": "apply", "schema": {{"tables": {{"notes": {{"columns": {{"id": {{"type": "uuid", "primaryKey": true, "default": "gen_random_uuid()"}}, "owner_id": {{"type": "uuid", "nullable": false}}, "title": {{"type": "text"}}}}, "indexes": {{"notes_owner": {{"columns": ["owner_id"]}}}}}}}}}}}}

Errors: SCHEMA_DESTRUCTIVE_CHANGE (details name what would be lost), VALIDATION_INVALID_SCHEMA, SCHEMA_MIGRATION_FAILED (the database's words), APP_PROVISIONING (try again in a few seconds), RESOURCE_NOT_FOUND."#,
        tables = limits::MAX_SCHEMA_TABLES,
        columns = limits::MAX_SCHEMA_COLUMNS,
        name = limits::MAX_SQL_NAME,
    )
}

/// Does what the action says.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let action = arguments.text("action");
    let path = format!("/v1/{}/schema", segment(arguments.text("app_id")));
    if action == "get" {
        return inside.ask(Method::GET, &path).await?.shown();
    }
    if action == "list_migrations" {
        let path = format!("/v1/{}/migrations", segment(arguments.text("app_id")));
        return inside.ask(Method::GET, &path).await?.shown();
    }
    arguments.need("schema", action)?;
    let Some(schema) = arguments.raw("schema") else { return Err(ToolError::Arguments("schema: is required".into())) };
    let body = Apply { schema, dry_run: action == "dry_run", name: arguments.get("name") };
    inside.send(Method::POST, &format!("{path}/apply"), &body).await?.shown()
}
