//! Tables of apps.

use super::Part;
use super::operation::{
    APP, Operation, TIME, app_id, count, flag, list, next_cursor, object, reference, sql_name, table_name, text, texts,
    time, whole,
};
use ramekin_model::limits;
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    let tables = json!({
        "tables": {
            "notes": {
                "columns": {
                    "id": { "type": "uuid", "primaryKey": true, "default": "gen_random_uuid()" },
                    "owner_id": { "type": "uuid", "nullable": false },
                    "title": { "type": "text" },
                },
                "indexes": { "notes_owner": { "columns": ["owner_id"] } },
            },
        },
    });
    let read = json!({
        "app_id": APP,
        "schema": tables,
        "api_base": format!("http://127.0.0.1:4000/v1/{APP}"),
        "_meta": { "resource_info": { "table_count": 1, "tables": ["notes"] } },
    });
    let applied = json!({
        "applied": 1,
        "statements": [{
            "sql": "CREATE INDEX \"notes_owner\" ON \"notes\" (\"owner_id\")",
            "description": "create index notes_owner on notes",
            "destructive": false,
        }],
        "message": "1 statements were applied",
        "migration_id": 1,
    });
    let change = json!({
        "id": 1,
        "description": "notes",
        "applied_sql": "CREATE INDEX \"notes_owner\" ON \"notes\" (\"owner_id\")",
        "applied_at": TIME,
    });
    Part {
        tag: "Tables",
        about: "Each app has a PostgreSQL database of its own; `docs/schema.md` has more.",
        operations: vec![
            Operation::new("getSchema", "get", "/v1/{app}/schema", "The tables of an app")
                .about("In the form in which they are applied, columns in the order of their table.")
                .answer(200, "The tables.", reference("ReadSchema"), read)
                .refusals(&[409]),
            Operation::new("applySchema", "post", "/v1/{app}/schema/apply", "Brings the tables of an app to what is sent")
                .about(
                    "In one transaction; when it fails, everything is as before. Nothing is lost that is not named in `_drop`, \
                     `_dropColumns` or `_changeTypes`: otherwise the answer is 409 `SCHEMA_DESTRUCTIVE_CHANGE`.",
                )
                .body(reference("ApplySchema"), json!({ "schema": tables, "name": "notes", "dry_run": false }))
                .answer(200, "The statements that were run, or with `dry_run` would be.", reference("AppliedSchema"), applied)
                .refusals(&[409]),
            Operation::new("schemaChanges", "get", "/v1/{app}/migrations", "Changes of the tables that were made over the API")
                .about(format!(
                    "Newest first. A page has at most {} of them and {} MiB of statements, or one that is larger.",
                    limits::MAX_SCHEMA_CHANGES,
                    limits::MAX_SCHEMA_CHANGES_BYTES / 1024 / 1024,
                ))
                .pages_of(limits::MAX_SCHEMA_CHANGES)
                .answer(
                    200,
                    "A page.",
                    reference("SchemaChanges"),
                    json!({ "app_id": APP, "migrations": [change], "template_migrations": [], "next_cursor": null }),
                )
                .refusals(&[409]),
        ],
        schemas: schemas(),
    }
}

/// An object in which nothing else may be.
fn closed(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.insert("additionalProperties".into(), false.into());
    }
    object
}

/// Things by names of this form.
fn named(name: &Value, thing: &Value, about: &str) -> Value {
    json!({ "type": "object", "propertyNames": name, "additionalProperties": thing, "description": about })
}

fn schemas() -> Vec<(&'static str, Value)> {
    let maybe_flag = |about: &str| json!({ "type": ["boolean", "null"], "description": about });
    let maybe = |about: &str| super::operation::maybe_text(about);
    let long = closed(object(
        &["table", "column"],
        json!({
            "table": text("The other table"),
            "column": text("Its column"),
            "onDelete": maybe("`NO ACTION` unless said, `CASCADE`, `SET NULL`, `SET DEFAULT` or `RESTRICT`"),
            "onUpdate": maybe("The same"),
        }),
    ));
    let points = json!({
        "anyOf": [text("`table.column`"), long, { "type": "null" }],
        "description": "Where it points",
    });
    let info = whole(json!({ "table_count": count("How many"), "tables": texts("Which") }));
    let change = whole(json!({
        "id": count("Its number"),
        "description": text("What it was called"),
        "applied_sql": text("Its statements"),
        "applied_at": time("When it was made"),
    }));
    vec![
        (
            "SchemaChanges",
            whole(json!({
                "app_id": app_id(),
                "migrations": list(change, "Newest first"),
                "template_migrations": list(json!({}), "Always empty"),
                "next_cursor": next_cursor(),
            })),
        ),
        (
            "Schema",
            object(
                &["tables"],
                json!({
                    "tables": named(&table_name(), &reference("Table"), "By name"),
                    "_drop": texts("Tables that may be dropped"),
                }),
            ),
        ),
        (
            "Table",
            object(
                &["columns"],
                json!({
                    "columns": named(&sql_name(), &reference("Column"), "By name, in their order"),
                    "indexes": named(&sql_name(), &reference("Index"), "By name"),
                    "_dropColumns": texts("Columns that may be dropped"),
                    "_changeTypes": texts("Columns whose type may change"),
                }),
            ),
        ),
        (
            "Column",
            closed(object(
                &["type"],
                json!({
                    "type": text("A PostgreSQL type, such as uuid, text, integer, timestamptz, jsonb"),
                    "primaryKey": maybe_flag("Part of the primary key"),
                    "nullable": maybe_flag("True unless said"),
                    "default": maybe("SQL expression"),
                    "unique": maybe_flag("No two rows have the same"),
                    "references": points,
                }),
            )),
        ),
        (
            "Index",
            object(
                &["columns"],
                json!({
                    "columns": texts("In its order"),
                    "unique": maybe_flag("Whether it is unique"),
                    "method": maybe("`btree` unless said, `hash`, `gist`, `gin`, `hnsw` or `ivfflat`"),
                    "opclass": maybe("Operator class of its columns"),
                }),
            ),
        ),
        (
            "ReadSchema",
            whole(json!({
                "app_id": app_id(),
                "schema": reference("Schema"),
                "api_base": text("Where its API is"),
                "_meta": whole(json!({ "resource_info": info })),
            })),
        ),
        (
            "ApplySchema",
            object(
                &["schema"],
                json!({
                    "schema": reference("Schema"),
                    "dry_run": flag("Says what would be done, and does nothing"),
                    "name": maybe("Of the change, for its record"),
                }),
            ),
        ),
        (
            "AppliedSchema",
            object(
                &["applied", "statements", "message"],
                json!({
                    "applied": count("How many statements"),
                    "statements": list(
                        whole(json!({
                            "sql": text("SQL"),
                            "description": text("For people"),
                            "destructive": flag("Whether something is lost by it"),
                        })),
                        "In their order",
                    ),
                    "message": text("For people"),
                    "dry_run": flag("True when nothing was done"),
                    "migration_id": count("Number of the change"),
                }),
            ),
        ),
    ]
}
