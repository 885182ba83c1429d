use super::form::{Command, Isolation, NewPolicy, Side};
use super::{RlsError, sql};
use crate::ops::sql_text::BadExpression;
use ramekin_model::DatabaseRole;
use ramekin_store::{Described, Policy};
use serde_json::json;
use std::collections::BTreeMap;

fn policy(using: Option<&str>) -> NewPolicy {
    NewPolicy {
        table: "notes".into(),
        name: "read".into(),
        command: Command::Select,
        role: Some(DatabaseRole::User),
        using: using.map(str::to_owned),
        with_check: None,
        side: Side::Permissive,
        user_column: None,
    }
}

#[test]
fn a_policy_is_checked_before_the_database_sees_it() {
    policy(Some("true")).check().unwrap();
    assert!(matches!(policy(None).check(), Err(RlsError::Form(_))));
    let named = NewPolicy { name: "Read it".into(), ..policy(Some("true")) };
    assert!(matches!(named.check(), Err(RlsError::Form(_))));
    let error = policy(Some("pg_read_file('x') = ''")).check().unwrap_err();
    assert!(matches!(&error, RlsError::Unsafe { why: BadExpression::Forbidden(name), .. } if name == "pg_read_file"));
    let checked = NewPolicy { with_check: Some("true) OR (true".into()), ..policy(None) };
    assert!(checked.check().unwrap_err().to_string().starts_with("with_check_expression: it closes a bracket"));
}

#[test]
fn statements_quote_names() {
    let wish = NewPolicy { side: Side::Restrictive, with_check: Some("false".into()), ..policy(Some("true")) };
    assert_eq!(
        sql::policy(&wish),
        [
            r#"DROP POLICY IF EXISTS "read" ON "notes""#,
            r#"CREATE POLICY "read" ON "notes" AS RESTRICTIVE FOR SELECT TO butterbase_user USING (true) WITH CHECK (false)"#,
        ]
    );
    let everybody = NewPolicy { role: None, command: Command::All, ..policy(Some("true")) };
    assert_eq!(sql::policy(&everybody)[1], r#"CREATE POLICY "read" ON "notes" USING (true)"#);
    let isolation = Isolation { table: "t".into(), user_column: "a\"b".into(), public_read_column: Some("p".into()) };
    let (statements, reading) = sql::isolate(&isolation, "uuid").unwrap();
    assert!(statements.iter().any(|sql| sql.contains(r#"USING ("a""b" = public.current_user_id()::uuid)"#)));
    assert_eq!(reading, ["t_public_read_user", "t_public_read_anon"]);
}

#[test]
fn names_that_postgres_would_cut_are_refused() {
    // The longest name that is made of a table's is 20 bytes longer than it.
    let fits = "a".repeat(43);
    sql::set_user(&fits, "c", "text").unwrap();
    let error = sql::set_user(&format!("{fits}a"), "c", "text").unwrap_err();
    assert!(error.to_string().contains("must be shorter"), "{error}");
    assert!(sql::disable(&"a".repeat(60), &[]).len() == 2);
}

#[test]
fn reading_a_table_that_shows_nothing_is_warned_of() {
    let secured = Described { row_security: true, ..Described::default() };
    let tables = BTreeMap::from([("shares".to_owned(), secured), ("open".to_owned(), Described::default())]);
    let wish = policy(Some("id IN (SELECT note FROM \"shares\" JOIN open USING (id))"));
    let warnings = wish.warnings(&tables, &[]);
    assert!(warnings.len() == 1 && warnings[0].contains("`shares`"), "{warnings:?}");
    let lets = Policy {
        tablename: "shares".into(),
        policyname: "p".into(),
        permissive: "PERMISSIVE".into(),
        roles: vec!["butterbase_user".into()],
        cmd: "ALL".into(),
        qual: None,
        with_check: None,
    };
    assert!(wish.warnings(&tables, std::slice::from_ref(&lets)).is_empty());
    let others = Policy { roles: vec!["butterbase_anon".into()], ..lets };
    assert_eq!(wish.warnings(&tables, &[others]).len(), 1);
}

#[test]
fn commands_have_one_spelling() {
    assert_eq!(Command::parse("DELETE"), Some(Command::Delete));
    assert_eq!(Command::parse("delete"), None);
}

#[test]
fn what_is_wrong_with_fields_is_said_at_once() {
    let wish = Isolation::read(json!({ "table_name": "t", "user_column": "u", "public_read_column": "p" })).unwrap();
    assert_eq!(wish, Isolation { table: "t".into(), user_column: "u".into(), public_read_column: Some("p".into()) });
    assert_eq!(Isolation::read(json!({ "table_name": "t", "user_column": "u" })).unwrap().public_read_column, None);
    for body in [json!({ "table_name": 1 }), json!([]), json!(null)] {
        let error = Isolation::read(body).unwrap_err();
        assert_eq!(error.to_string(), "table_name: must be a string; user_column: must be a string");
    }
}
