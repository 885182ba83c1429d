use super::form::Schema;
use ramekin_model::limits;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn schema(value: &Value) -> Schema {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn issue(value: &Value) -> String {
    schema(value).issues().join("; ")
}

fn one(column: &Value) -> Value {
    json!({ "tables": { "t": { "columns": { "c": column } } } })
}

#[test]
fn what_is_written_well_has_no_issues() {
    let value = json!({ "tables": {
        "users": { "columns": { "id": { "type": "uuid", "primaryKey": true, "default": "gen_random_uuid()" } } },
        "posts": {
            "columns": {
                "id": { "type": "bigserial", "primaryKey": true },
                "by": { "type": "uuid", "references": { "table": "users", "column": "id", "onDelete": "SET NULL" } },
                "title": { "type": "varchar(80)", "nullable": false, "unique": true },
            },
            "indexes": { "posts_by": { "columns": ["by", "title"], "method": "btree" } },
            "_dropColumns": ["old"], "_changeTypes": ["title"], "_seed": true,
        },
    }, "_drop": ["gone"] });
    assert_eq!(issue(&value), "");
    assert_eq!(issue(&json!({ "tables": {} })), "");
}

#[test]
fn issues_say_where() {
    for (column, text) in [
        (json!({ "type": "text; DROP TABLE x" }), "tables.t.columns.c.type"),
        (json!({ "type": "text", "default": "1); DROP TABLE x; --" }), "tables.t.columns.c.default"),
        (json!({ "type": "text", "default": "pg_read_file('x')" }), "pg_read_file"),
        (json!({ "type": "serial", "default": "1" }), "a serial column"),
        (json!({ "type": "uuid", "references": "users" }), "`table.column`"),
        (json!({ "type": "uuid", "references": "users.\"id" }), "references"),
        (json!({ "type": "uuid", "references": { "table": "u", "column": "i", "onDelete": "DESTROY" } }), "DESTROY"),
        (json!({ "type": "uuid", "primaryKey": true, "nullable": true }), "never null"),
    ] {
        let issue = issue(&one(&column));
        assert!(issue.contains(text), "{column}: {issue}");
    }
    let empty = json!({ "columns": {} });
    for (value, text) in [
        (json!({ "tables": { "T": empty } }), "`T` must be"),
        (json!({ "tables": { "a\"b": empty } }), "must be"),
        (json!({ "tables": { "_t": empty } }), "begins with `_`"),
        (json!({ "tables": { "t": empty }, "_drop": ["t"] }), "in `tables` too"),
        (json!({ "tables": {}, "_drop": ["_idempotency_keys"] }), "begins with `_`"),
        (json!({ "tables": { "t": { "columns": {}, "_changeTypes": ["x"] } } }), "not in `columns`"),
        (json!({ "tables": { "t": { "columns": {}, "indexes": { "i": { "columns": [] } } } } }), "at least one"),
        (
            json!({ "tables": { "t": { "columns": {}, "indexes": { "i": { "columns": ["a"], "method": "x" } } } } }),
            "method",
        ),
    ] {
        let issue = issue(&value);
        assert!(issue.contains(text), "{value}: {issue}");
    }
}

#[test]
fn limits_hold() {
    let tables = |count: usize| -> Value {
        let tables: BTreeMap<String, Value> =
            (0..count).map(|at| (format!("t{at}"), json!({ "columns": {} }))).collect();
        json!({ "tables": tables })
    };
    assert_eq!(issue(&tables(limits::MAX_SCHEMA_TABLES)), "");
    assert!(issue(&tables(limits::MAX_SCHEMA_TABLES + 1)).contains("at most 50"));
    let columns = |count: usize| -> Value {
        let columns: BTreeMap<String, Value> =
            (0..count).map(|at| (format!("c{at}"), json!({ "type": "text" }))).collect();
        json!({ "tables": { "t": { "columns": columns } } })
    };
    assert_eq!(issue(&columns(limits::MAX_SCHEMA_COLUMNS)), "");
    assert!(issue(&columns(limits::MAX_SCHEMA_COLUMNS + 1)).contains("at most 250"));
}

#[test]
fn columns_keep_their_order_and_no_name_is_there_twice() {
    let text = r#"{"tables":{"t":{"columns":{"z":{"type":"text"},"a":{"type":"text"}}}}}"#;
    let schema: Schema = serde_json::from_str(text).unwrap();
    let table = schema.tables.get("t").unwrap();
    assert_eq!(table.columns.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
    assert_eq!(serde_json::to_string(&schema).unwrap(), text);
    let twice = r#"{"tables":{"t":{"columns":{}},"t":{"columns":{}}}}"#;
    assert!(serde_json::from_str::<Schema>(twice).unwrap_err().to_string().contains("`t` is there twice"));
    let unknown = r#"{"tables":{"t":{"columns":{"a":{"type":"text","size":1}}}}}"#;
    assert!(serde_json::from_str::<Schema>(unknown).unwrap_err().to_string().contains("`size`"));
}

#[test]
fn tables_that_point_at_each_other_are_made_before_they_do() {
    let value = json!({ "tables": {
        "a": { "columns": { "id": { "type": "int", "primaryKey": true }, "b": { "type": "int", "references": "b.id" } } },
        "b": { "columns": { "id": { "type": "int", "primaryKey": true }, "a": { "type": "int", "references": "a.id" } } },
    } });
    let statements = super::diff::diff(&BTreeMap::new(), &schema(&value));
    let sql: Vec<&str> = statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(
        sql,
        [
            r#"CREATE TABLE "a" ("id" integer, "b" integer, PRIMARY KEY ("id"))"#,
            r#"CREATE TABLE "b" ("id" integer, "a" integer, PRIMARY KEY ("id"))"#,
            r#"ALTER TABLE "a" ADD CONSTRAINT "fk_a_b" FOREIGN KEY ("b") REFERENCES "b" ("id")"#,
            r#"ALTER TABLE "b" ADD CONSTRAINT "fk_b_a" FOREIGN KEY ("a") REFERENCES "a" ("id")"#,
        ]
    );
}
