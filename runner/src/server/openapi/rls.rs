//! Row-level security.

use super::Part;
use super::operation::{
    Operation, count, flag, list, maybe_text, object, reference, sql_name, table_name, text, texts, whole, word,
};
use ramekin_model::limits;
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    Part {
        tag: "Row-level security",
        about: "Who sees which rows of a table. All roles see every row until the table is secured; `docs/schema.md` has more.",
        operations: operations(),
        schemas: schemas(),
    }
}

fn operations() -> Vec<Operation> {
    let isolation = json!({ "table_name": "notes", "user_column": "owner_id", "public_read_column": "shared" });
    let isolated = json!({
        "success": true,
        "table": "notes",
        "user_column": "owner_id",
        "policy_name": "notes_user_isolation",
        "public_read_policies": ["notes_public_read_user", "notes_public_read_anon"],
        "_meta": {},
    });
    let policy = json!({
        "table_name": "notes",
        "policy_name": "own_notes",
        "command": "SELECT",
        "role": "user",
        "using_expression": "owner_id = current_user_id()::uuid",
    });
    let replaced = json!({
        "table_name": "notes", "command": "SELECT", "role": "user", "using_expression": "owner_id = current_user_id()::uuid",
    });
    let made = json!({ "success": true, "policy_name": "own_notes", "table": "notes" });
    let listed = json!({
        "schemaname": "public",
        "tablename": "notes",
        "policyname": "own_notes",
        "permissive": "PERMISSIVE",
        "roles": ["butterbase_user"],
        "cmd": "SELECT",
        "qual": "(owner_id = (current_user_id())::uuid)",
        "with_check": null,
    });
    let gone = json!({ "message": "RLS policies removed successfully", "table": "notes", "policies_removed": 2 });
    let removed = json!({
        "message": "Policy \"own_notes\" removed from table \"notes\"", "table": "notes", "policy_name": "own_notes",
        "remaining_policies": 1,
    });
    let of_policies = |operation: Operation| {
        operation.answer(200, "It is gone.", reference("RemovedPolicy"), removed.clone()).refusals(&[400, 409])
    };
    let opens = |operation: Operation| {
        operation.answer(200, "It is open.", reference("OpenedTable"), gone.clone()).refusals(&[400])
    };
    let every: [Operation; 10] = [
        Operation::new("isolateUsers", "post", "/v1/{app}/rls", "Rows belong to the user whose id they carry")
            .about("Secures the table, and puts the user's id into new rows.")
            .body(reference("Isolation"), isolation)
            .answer(200, "They do.", reference("Isolated"), isolated),
        Operation::new("listPolicies", "get", "/v1/{app}/rls", "Policies, and the tables that are secured").answer(
            200,
            "Both.",
            whole(json!({
                "policies": list(reference("ListedPolicy"), "Of every table"),
                "tables_with_rls": texts("Tables that are secured"),
            })),
            json!({ "policies": [listed], "tables_with_rls": ["notes"] }),
        ),
        Operation::new("enableRls", "post", "/v1/{app}/rls/enable", "Secures a table")
            .about("Only the app itself sees its rows until a policy lets others.")
            .body(reference("TableName"), json!({ "table_name": "notes" }))
            .answer(
                200,
                "It is secured.",
                reference("Secured"),
                json!({ "success": true, "table": "notes", "rls_enabled": true }),
            ),
        Operation::new("createPolicy", "post", "/v1/{app}/rls/policies", "Makes a policy")
            .about("In place of one of the same name. A policy alone does not secure a table.")
            .body(reference("NewPolicy"), policy)
            .answer(200, "It is made.", reference("MadePolicy"), made.clone())
            .then(200, &["replacePolicy"], &json!({ "app": "$request.path.app", "name": "$response.body#/policy_name" }))
            .then(200, &["openTable"], &json!({ "app": "$request.path.app", "table": "$response.body#/table" }))
            .then(
                200,
                &["deletePolicy"],
                &json!({ "app": "$request.path.app", "table": "$response.body#/table", "name": "$response.body#/policy_name" }),
            ),
        Operation::new("replacePolicy", "patch", "/v1/{app}/rls/policies/{name}", "Replaces a policy")
            .body(reference("Policy"), replaced)
            .answer(200, "It is replaced.", reference("MadePolicy"), made),
        of_policies(
            Operation::new(
                "deletePolicyOfPolicies",
                "delete",
                "/v1/{app}/rls/policies/{name}",
                "Deletes a policy of a table named `policies`",
            )
            .about("The path that policies are replaced at hides this table's."),
        ),
        opens(Operation::new(
            "openTable",
            "delete",
            "/v1/{app}/rls/{table}",
            "Deletes every policy of a table, which is open then",
        )),
        opens(
            Operation::new("openTablePolicies", "delete", "/v1/{app}/rls/policies", "Opens a table named `policies`")
                .about("The path that policies are made at hides this table's."),
        ),
        opens(
            Operation::new("openTableEnable", "delete", "/v1/{app}/rls/enable", "Opens a table named `enable`")
                .about("The path that tables are secured at hides this table's."),
        ),
        of_policies(Operation::new("deletePolicy", "delete", "/v1/{app}/rls/{table}/{name}", "Deletes one policy")),
    ];
    every.into_iter().map(|operation| operation.refusals(&[409])).collect()
}

fn schemas() -> Vec<(&'static str, Value)> {
    let expression = |about: &str| json!({ "type": "string", "pattern": "\\S", "maxLength": limits::MAX_SQL_EXPRESSION, "description": format!("SQL: {about}") });
    let column = |about: &str| {
        let mut name = sql_name();
        if let Some(fields) = name.as_object_mut() {
            fields.insert("description".into(), format!("Column. {about}").into());
        }
        name
    };
    let policy = json!({
        "table_name": table_name(),
        "command": word(&["SELECT", "INSERT", "UPDATE", "DELETE", "ALL"], "Which statements; `ALL` unless said"),
        "role": word(&["anon", "user"], "Whom it is for; everybody unless said"),
        "using_expression": expression("which rows are there"),
        "with_check_expression": expression("which rows may be written"),
        "restrictive": flag("True: a row passes only when this policy lets it too"),
    });
    let mut created = policy.clone();
    if let Some(fields) = created.as_object_mut() {
        fields.insert("policy_name".into(), sql_name());
        fields.insert("user_column".into(), column("That new rows get the user's id in"));
    }
    vec![
        ("TableName", object(&["table_name"], json!({ "table_name": table_name() }))),
        (
            "Isolation",
            object(
                &["table_name", "user_column"],
                json!({
                    "table_name": table_name(),
                    "user_column": column("With the user's id: uuid or text"),
                    "public_read_column": column("Boolean: everybody may read rows where it is true"),
                }),
            ),
        ),
        (
            "Isolated",
            object(
                &["success", "table", "user_column", "policy_name"],
                json!({
                    "success": flag("True"),
                    "table": table_name(),
                    "user_column": text("Column with the user's id"),
                    "policy_name": text("The policy"),
                    "public_read_policies": texts("Policies for reading, with public_read_column"),
                    "_meta": { "type": "object" },
                }),
            ),
        ),
        ("Secured", whole(json!({ "success": flag("True"), "table": table_name(), "rls_enabled": flag("True") }))),
        ("Policy", with_expression(object(&["table_name"], policy))),
        ("NewPolicy", with_expression(object(&["table_name", "policy_name"], created))),
        (
            "MadePolicy",
            object(
                &["success", "policy_name", "table"],
                json!({
                    "success": flag("True"),
                    "policy_name": text("The policy"),
                    "table": table_name(),
                    "warnings": texts("What makes it useless as it is"),
                }),
            ),
        ),
        (
            "ListedPolicy",
            whole(json!({
                "schemaname": text("`public`"),
                "tablename": text("Table"),
                "policyname": text("Name"),
                "permissive": text("`PERMISSIVE` or `RESTRICTIVE`"),
                "roles": texts("Whom it is for"),
                "cmd": text("Which statements"),
                "qual": maybe_text("Which rows are there"),
                "with_check": maybe_text("Which rows may be written"),
            })),
        ),
        (
            "OpenedTable",
            whole(
                json!({ "message": text("For people"), "table": text("Table"), "policies_removed": count("How many") }),
            ),
        ),
        (
            "RemovedPolicy",
            whole(json!({
                "message": text("For people"),
                "table": text("Table"),
                "policy_name": text("The policy"),
                "remaining_policies": count("How many are left of the table"),
            })),
        ),
    ]
}

/// Which expressions a policy has is up to the statements that it is for.
fn with_expression(mut policy: Value) -> Value {
    let of = |commands: &[&str]| json!({ "command": { "enum": commands } });
    let (using, check) =
        (json!({ "required": ["using_expression"] }), json!({ "required": ["with_check_expression"] }));
    let forms = json!([
        { "properties": of(&["UPDATE", "ALL"]), "anyOf": [using, check] },
        { "properties": of(&["SELECT", "DELETE"]), "required": ["command", "using_expression"], "not": check },
        { "properties": of(&["INSERT"]), "required": ["command", "with_check_expression"], "not": using },
    ]);
    if let Some(fields) = policy.as_object_mut() {
        fields.insert("anyOf".into(), forms);
        let about =
            "SELECT and DELETE take `using_expression`, INSERT takes `with_check_expression`, the others one or both.";
        fields.insert("description".into(), about.into());
    }
    policy
}
