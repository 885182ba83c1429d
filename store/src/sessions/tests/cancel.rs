//! Nobody waits for a statement any more: it ends.

use super::*;
use tokio::time::timeout;

#[tokio::test]
async fn a_query_whose_caller_is_gone_ends_at_once() {
    let mut rig = Rig::new().await;
    rig.service("SELECT 1").await.unwrap();
    for sql in ["SELECT pg_sleep(60)", "SELECT pg_sleep(60); SELECT 1", "DO $$ BEGIN LOOP NULL; END LOOP; END $$"] {
        let asked = timeout(Duration::from_millis(300), rig.service(sql)).await;
        assert!(asked.is_err(), "{asked:?}");
        let begun = Instant::now();
        while rig.running("SELECT pg_sleep(60)%").await + rig.running("DO $$ BEGIN LOOP NULL%").await > 0 {
            assert!(begun.elapsed() < LONG, "{sql} goes on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        println!("ended after {:?}: {sql}", begun.elapsed());
        assert_eq!(one(&rig.service("SELECT 1").await.unwrap()), "1");
    }
    let pool = Arc::clone(&rig.sessions.0);
    assert!(soon(|| async { pool.counts() == (1, 1) }).await, "{:?}", pool.counts());
    assert_eq!(rig.backends().await, 1);
}

#[tokio::test]
async fn so_does_a_transaction() {
    let mut rig = Rig::new().await;
    let transaction = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
    transaction.query(&statement("INSERT INTO notes (body) VALUES ('x')")).await.unwrap();
    let slow = statement("SELECT pg_sleep(61)");
    assert!(timeout(Duration::from_millis(300), transaction.query(&slow)).await.is_err());
    assert!(matches!(transaction.query(&statement("SELECT 1")).await, Err(SqlError::Refused(_))));
    // And one that nobody has ended.
    let idle = rig.sessions.begin(rig.app(), &SqlIdentity::Service, TIME).await.unwrap();
    idle.query(&statement("INSERT INTO notes (body) VALUES ('y')")).await.unwrap();
    drop((transaction, idle));
    let begun = Instant::now();
    while rig.running("SELECT pg_sleep(61)%").await > 0 || rig.backends().await > 0 {
        assert!(begun.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(one(&rig.service("SELECT count(*) FROM notes").await.unwrap()), "0");
}

#[tokio::test]
async fn without_us_the_server_ends_it_itself() {
    let rig = Rig::new().await;
    let begun = Instant::now();
    let time = Duration::from_millis(200);
    for slow in [statement("SELECT pg_sleep(60)"), with("SELECT pg_sleep($1::float8)", &[Some("60")])] {
        let ended = rig.sessions.query(rig.app(), &SqlIdentity::Service, &slow, time).await.unwrap_err();
        assert_eq!(ended.field("code"), Some("57014"), "{ended}");
    }
    assert!(begun.elapsed() < LONG);
}
