//! `manage_rls`: who sees which rows, by the routes below `/v1/{app}/rls`.

use super::super::arguments::Arguments;
use super::super::inside::{Inside, ToolError, segment};
use super::{Hints, Tool, app_id};
use http::Method;
use ramekin_model::limits;
use serde_json::{Value, json};

const ACTIONS: [&str; 6] = ["enable", "create_policy", "update_policy", "create_user_isolation", "list", "delete"];
/// Of a policy, but for its name.
const POLICY: &[&str] = &["table_name", "command", "role", "using_expression", "with_check_expression", "restrictive"];

/// The tool.
pub fn tool() -> Tool {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let commands = ["SELECT", "INSERT", "UPDATE", "DELETE", "ALL"];
    let properties = json!({
        "app_id": app_id(),
        "action": { "type": "string", "enum": ACTIONS, "description": "What to do" },
        "table_name": text("Needed for every action but list"),
        "policy_name": text("create_policy and update_policy; delete takes all policies of the table without it"),
        "command": { "type": "string", "enum": commands, "description": "Which statements the policy is for; ALL unless said" },
        "role": {
            "type": "string",
            "enum": ["anon", "user"],
            "description": "Whom it is for: anonymous callers, or signed-in users; everybody unless said",
        },
        "using_expression": text("SQL: which rows are there. For SELECT, UPDATE, DELETE and ALL"),
        "with_check_expression": text("SQL: which rows may be written. For INSERT, UPDATE and ALL"),
        "restrictive": { "type": "boolean", "description": "true: a row passes only when this policy lets it too" },
        "user_column": text("create_user_isolation: column with the user's id (uuid or text). create_policy: column that new rows get it in"),
        "public_read_column": text("create_user_isolation: boolean column; everybody may read rows where it is true"),
    });
    Tool {
        name: "manage_rls",
        title: "Manage RLS",
        description: description(),
        schema: super::super::closed(&properties, &["app_id", "action"]),
        hints: Hints { destructive: true, idempotent: true },
    }
}

fn description() -> String {
    format!(
        r#"Says who sees and writes which rows of a table (row-level security).

When to use: after manage_schema has made a table whose rows belong to users. Until a table is secured, every role sees every row.

Roles, which the platform gives to SQL of functions: "user" for a signed-in user, "anon" for nobody in particular where the server is set up so; the app itself always sees everything. current_user_id() is the user's id as text, null when there is none; for a uuid column write current_user_id()::uuid.

Actions:
  create_user_isolation  rows belong to the user in user_column, who is put into it on insert: the usual case, in one step
  enable                 secures a table: nobody but the app sees its rows until a policy lets them
  create_policy          a policy of your own, in place of one of the same name
  update_policy          replaces a policy that is there
  list                   every policy, and which tables are secured
  delete                 one policy, or all of the table without policy_name: the table is then open to everybody

Limits: an expression has at most {expression} characters and is one SQL expression without comments and `;`. An expression that reads another secured table sees there what its role sees.

Example:
{{"app_id": "app_abc123def456", "action": "create_user_isolation", "table_name": "notes", "user_column": "owner_id", "public_read_column": "shared"}}
{{"app_id": "app_abc123def456", "action": "create_policy", "table_name": "notes", "policy_name": "own", "command": "SELECT", "role": "user", "using_expression": "owner_id = current_user_id()::uuid"}}

Errors: VALIDATION_TABLE_NOT_FOUND (make the table with manage_schema), VALIDATION_COLUMN_NOT_FOUND, VALIDATION_INVALID_TYPE (user_column is neither uuid nor text), RLS_TYPE_MISMATCH (a cast is missing), RLS_INVALID_EXPRESSION, RLS_UNSAFE_EXPRESSION, RESOURCE_NOT_FOUND (update_policy: there is none of this name)."#,
        expression = limits::MAX_SQL_EXPRESSION,
    )
}

/// Does what the action says.
///
/// # Errors
/// See [`ToolError`].
pub async fn run(inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
    let action = arguments.text("action");
    let rls = format!("/v1/{}/rls", segment(arguments.text("app_id")));
    if action == "list" {
        return inside.ask(Method::GET, &rls).await?.shown();
    }
    let table = arguments.need_text("table_name", action)?;
    let body: Value;
    let (method, path) = match action {
        "enable" => {
            body = arguments.only(&["table_name"]);
            (Method::POST, format!("{rls}/enable"))
        }
        "create_policy" => {
            arguments.need_text("policy_name", action)?;
            body = arguments.only(&[POLICY, &["policy_name", "user_column"]].concat());
            (Method::POST, format!("{rls}/policies"))
        }
        "update_policy" => {
            let name = arguments.need_text("policy_name", action)?;
            body = arguments.only(POLICY);
            (Method::PATCH, format!("{rls}/policies/{}", segment(name)))
        }
        "create_user_isolation" => {
            arguments.need_text("user_column", action)?;
            body = arguments.only(&["table_name", "user_column", "public_read_column"]);
            (Method::POST, rls)
        }
        _ => {
            let policy = arguments.text("policy_name");
            let policy = if policy.is_empty() { String::new() } else { format!("/{}", segment(policy)) };
            let path = format!("{rls}/{}{policy}", segment(table));
            return inside.ask(Method::DELETE, &path).await?.shown();
        }
    };
    inside.send(method, &path, &body).await?.shown()
}
