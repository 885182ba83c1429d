//! Figures, not assertions: `cargo test -p ramekin-store --release -- --ignored --nocapture what_a_query_costs`.

use super::super::session::CLEAN;
use super::*;

const QUERIES: u32 = 3_000;

fn report(what: &str, begun: Instant) {
    let took = begun.elapsed();
    println!(
        "{what:<56} {:>7.0} per second, {:>6.1} µs each",
        f64::from(QUERIES) / took.as_secs_f64(),
        took.as_secs_f64() * 1e6 / f64::from(QUERIES)
    );
}

#[tokio::test]
#[ignore = "measures"]
async fn what_a_query_costs() {
    let rig = Rig::new().await;
    rig.service("INSERT INTO notes (owner, body) SELECT 'u' || n, 'text' FROM generate_series(1, 100) AS n")
        .await
        .unwrap();
    let identity = user("u7");
    let sql = "SELECT id, body FROM notes WHERE id = $1";
    let asked = with(sql, &[Some("7")]);
    for round in 0..2 {
        let begun = Instant::now();
        for _ in 0..QUERIES {
            let rows = rig.sessions.query(rig.app(), &identity, &asked, TIME).await.unwrap();
            assert_eq!(rows.count, 1);
        }
        report(&format!("pipelined, cleaned after each (round {round})"), begun);
    }
    let group = "butterbase_user";
    let mut sqlx = testing::superuser(&rig.options).await.connect().await.unwrap();
    let begun = Instant::now();
    for _ in 0..QUERIES {
        let settings = format!(
            "BEGIN; SET LOCAL ROLE {group}; SET LOCAL app.role = '{group}'; SET LOCAL statement_timeout = 30000"
        );
        sqlx.execute(AssertSqlSafe(settings)).await.unwrap();
        sqlx::query("SELECT set_config('request.jwt.claim.sub', $1, true)")
            .bind("u7")
            .execute(&mut sqlx)
            .await
            .unwrap();
        let row = sqlx::query(sql).bind(7).fetch_one(&mut sqlx).await.unwrap();
        assert_eq!(row.get::<i32, _>(0), 7);
        sqlx.execute("COMMIT").await.unwrap();
    }
    report("sqlx, four statements, never cleaned", begun);
    let long = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *; \
                SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";
    for (what, sql) in [("SELECT 1", "SELECT 1"), (CLEAN, CLEAN), ("its parts without DISCARD PLANS", long)] {
        let begun = Instant::now();
        for _ in 0..QUERIES {
            sqlx.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        report(&format!("one round trip with {what}"), begun);
    }
}
