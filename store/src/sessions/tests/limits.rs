//! Every limit, on it and one past it.

use super::*;
use ramekin_model::limits;

fn is_refused(result: &Result<SqlRows, SqlError>, says: usize) -> bool {
    matches!(result, Err(SqlError::Refused(text)) if text.contains(&says.to_string()))
}

#[tokio::test]
async fn the_text_of_a_query() {
    let rig = Rig::new().await;
    let sized = |bytes: usize| format!("SELECT length('{}')", "x".repeat(bytes - 17));
    assert_eq!(sized(100).len(), 100);
    assert!(rig.service(&sized(limits::MAX_SQL)).await.is_ok());
    assert!(is_refused(&rig.service(&sized(limits::MAX_SQL + 1)).await, limits::MAX_SQL));
    assert!(matches!(rig.service("SELECT '\0'").await, Err(SqlError::Refused(_))));
}

#[tokio::test]
async fn parameters() {
    let rig = Rig::new().await;
    let ask = |statement: SqlStatement| {
        let (sessions, app) = (rig.sessions.clone(), rig.app().clone());
        async move { sessions.query(&app, &SqlIdentity::Service, &statement, TIME).await }
    };
    let of_bytes = |bytes: usize| SqlStatement {
        text: "SELECT octet_length($1::text)".into(),
        parameters: vec![Some("x".repeat(bytes))],
    };
    let most = ask(of_bytes(limits::MAX_SQL_PARAMETER_BYTES)).await.unwrap();
    assert_eq!(one(&most), limits::MAX_SQL_PARAMETER_BYTES.to_string());
    assert!(is_refused(&ask(of_bytes(limits::MAX_SQL_PARAMETER_BYTES + 1)).await, limits::MAX_SQL_PARAMETER_BYTES));
    let many = |count: usize| {
        let list: Vec<_> = (1..=count).map(|n| format!("${n}::int")).collect();
        SqlStatement {
            text: format!("SELECT cardinality(ARRAY[{}])", list.join(",")),
            parameters: vec![Some("1".into()); count],
        }
    };
    assert_eq!(one(&ask(many(limits::MAX_SQL_PARAMETERS)).await.unwrap()), limits::MAX_SQL_PARAMETERS.to_string());
    assert!(is_refused(&ask(many(limits::MAX_SQL_PARAMETERS + 1)).await, limits::MAX_SQL_PARAMETERS));
}

#[tokio::test]
async fn bytes_and_rows_of_a_result() {
    let mut rig = Rig::new().await;
    let ten = one(&rig.service("SELECT repeat('x', 10000000)").await.unwrap());
    assert_eq!(ten.len(), 10_000_000);
    let most = limits::MAX_SQL_RESULT - 4;
    assert_eq!(one(&rig.service(&format!("SELECT repeat('x', {most})")).await.unwrap()).len(), most);
    assert!(is_refused(&rig.service(&format!("SELECT repeat('x', {most} + 1)")).await, limits::MAX_SQL_RESULT));
    // A row at a time.
    let rows = rig.service("SELECT repeat('x', 1000000) FROM generate_series(1, 1000000)").await;
    assert!(is_refused(&rows, limits::MAX_SQL_RESULT));
    assert!(rig.has_ended("%repeat('x', 1000000)%").await, "it goes on");
    // Rows without a cell take no bytes.
    let most = limits::MAX_SQL_ROWS;
    assert_eq!(rig.service(&format!("SELECT FROM generate_series(1, {most})")).await.unwrap().count, most);
    let rows = rig.service(&format!("SELECT FROM generate_series(1, {most} + 1)")).await;
    assert!(is_refused(&rows, most as usize));
    assert!(rig.service("SELECT FROM generate_series(1, 1e12)").await.is_err());
    assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
}
