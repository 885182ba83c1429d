use super::{CHANNEL, Change};
use crate::Store;
use crate::testing::{Proxy, database, new_function, store_with_app};
use ramekin_model::{AppId, KeyScope, NewFunction};
use std::time::Duration;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

fn about(app: &AppId, name: &str) -> Change {
    Change::Function { app: app.clone(), name: name.parse().unwrap() }
}

async fn second(store: &Store) -> Store {
    Store::connect((*store.pool.connect_options()).clone(), 2).await.unwrap()
}

#[tokio::test]
async fn every_server_hears_of_deploys_and_deletes() {
    let (store, app) = store_with_app().await;
    let (mut own, mut other) = (store.changes().await.unwrap(), second(&store).await.changes().await.unwrap());
    store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    store.functions().delete(&app, "hello").await.unwrap();
    // None of these changes anything, so none is news.
    store.functions().delete(&app, "hello").await.unwrap();
    store.functions().deploy(&AppId::random().unwrap(), &new_function("x")).await.unwrap_err();
    let nul = NewFunction { code: "\0".into(), ..new_function("x") };
    store.functions().deploy(&app, &nul).await.unwrap_err();
    let longest = "n".repeat(100);
    store.functions().deploy(&app, &new_function(&longest)).await.unwrap();
    for changes in [&mut own, &mut other] {
        for expected in [about(&app, "hello"), about(&app, "hello"), about(&app, &longest)] {
            assert_eq!(timeout(SOON, changes.next()).await.unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn every_server_hears_of_keys() {
    let (store, app) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (mut own, mut other) = (store.changes().await.unwrap(), second(&store).await.changes().await.unwrap());
    let keys = store.keys();
    let account = keys.create_by(owner, "k", &KeyScope::Account, &"a".repeat(64), "bb_sk_012345", None).await.unwrap();
    let of_app = KeyScope::App(app);
    let narrow = keys.create_by(owner, "k", &of_app, &"b".repeat(64), "bb_sk_012345", None).await.unwrap();
    for id in [account, account, narrow] {
        keys.revoke_by(owner, id, None).await.unwrap();
    }
    for changes in [&mut own, &mut other] {
        for id in [account, narrow, account, narrow] {
            assert_eq!(timeout(SOON, changes.next()).await.unwrap(), Change::Key { id }, "once each");
        }
    }
}

#[tokio::test]
async fn what_is_heard_can_be_read() {
    let (store, app) = store_with_app().await;
    let other = second(&store).await;
    let mut changes = other.changes().await.unwrap();
    for n in 0..20 {
        let new = NewFunction { code: n.to_string(), ..new_function("hello") };
        store.functions().deploy(&app, &new).await.unwrap();
        assert_eq!(timeout(SOON, changes.next()).await.unwrap(), about(&app, "hello"));
        assert_eq!(other.functions().get(&app, "hello").await.unwrap().unwrap().0.code, n.to_string());
    }
}

#[tokio::test]
async fn a_lost_connection_is_reported_and_replaced() {
    let (store, app) = store_with_app().await;
    let mut changes = store.changes().await.unwrap();
    let listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    sqlx::query(listening).execute(&store.pool).await.unwrap();
    assert_eq!(timeout(SOON, changes.next()).await.unwrap(), Change::Reconnected);
    store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    assert_eq!(timeout(SOON, changes.next()).await.unwrap(), about(&app, "hello"));
}

#[tokio::test]
async fn a_database_that_is_away_for_a_while_is_waited_for() {
    let (proxy, options) = Proxy::to(&database().await).await;
    let store = Store::connect(options, 2).await.unwrap();
    store.migrate().await.unwrap();
    let mut changes = store.changes().await.unwrap();
    proxy.cut();
    assert!(timeout(Duration::from_secs(1), changes.next()).await.is_err(), "nothing to tell while it is away");
    proxy.open();
    assert_eq!(timeout(SOON, changes.next()).await.unwrap(), Change::Reconnected);
}

#[tokio::test]
async fn a_connection_that_died_silently_is_noticed() {
    let (proxy, options) = Proxy::to(&database().await).await;
    let store = Store::connect(options, 2).await.unwrap();
    let mut changes = store.changes().await.unwrap();
    changes.quiet = Duration::from_millis(50);
    assert!(
        timeout(Duration::from_millis(500), changes.next()).await.is_err(),
        "checks of a live connection are silent"
    );
    proxy.freeze();
    let opens_later = async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        proxy.open();
    };
    let (change, ()) = tokio::join!(timeout(Duration::from_secs(30), changes.next()), opens_later);
    assert_eq!(change.unwrap(), Change::Reconnected);
}

#[tokio::test]
async fn giving_up_a_wait_loses_nothing() {
    let (store, app) = store_with_app().await;
    let mut changes = store.changes().await.unwrap();
    // So short that waits end in the middle of the check of a quiet connection too.
    changes.quiet = Duration::from_millis(1);
    let deploys = tokio::spawn({
        let (store, app) = (store.clone(), app.clone());
        async move {
            for n in 0..50 {
                store.functions().deploy(&app, &new_function(&format!("f{n}"))).await.unwrap();
            }
        }
    });
    let mut heard = Vec::new();
    while heard.len() < 50 {
        if let Ok(change) = timeout(Duration::from_micros(1_500), changes.next()).await {
            heard.push(change);
        }
    }
    deploys.await.unwrap();
    assert_eq!(heard, (0..50).map(|n| about(&app, &format!("f{n}"))).collect::<Vec<_>>());
}

#[tokio::test]
async fn news_of_a_newer_release_means_look_at_everything() {
    let (store, _) = store_with_app().await;
    let mut changes = store.changes().await.unwrap();
    for payload in [
        "",
        "not json",
        "{}",
        r#"{"app":"app_0123456789ab","table":"t"}"#,
        r#"{"app":"x","function":"y"}"#,
        r#"{"settings":1}"#,
    ] {
        sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(&store.pool).await.unwrap();
        assert_eq!(timeout(SOON, changes.next()).await.unwrap(), Change::Reconnected, "{payload}");
    }
    assert!(!format!("{changes:?}").contains("password: Some"), "the password is not shown");
}
