use crate::testing::{store, store_with_app};
use crate::{Change, StoreError};
use ramekin_model::{AppId, AppSettings, AuditEvent, AuditKind, By, Pause, PublicKey, SigningKey};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

fn key(kid: &str) -> SigningKey {
    let public = PublicKey { kid: kid.into(), modulus: "n".into(), exponent: "AQAB".into() };
    SigningKey { public, encrypted_private: format!("sealed {kid}") }
}

#[tokio::test]
async fn an_app_begins_with_an_anon_key_of_its_own() {
    let store = store().await;
    let owner = store.users().ensure_owner().await.unwrap();
    for name in ["a", "b"] {
        store.apps().create(owner, name).await.unwrap();
    }
    let all = store.settings().all(owner).await.unwrap();
    let [(first, a), (_, b)] = &all[..] else { panic!("{all:?}") };
    assert_eq!((a.anon_key.len(), a.anon_key.ends_with('=')), (44, true), "32 bytes in base64");
    assert_ne!(a.anon_key, b.anon_key);
    let new = AppSettings {
        anon_key: a.anon_key.clone(),
        subdomain: None,
        encrypted_function_key: None,
        encrypted_env: None,
        signing_key: None,
        allowed_origins: vec!["http://localhost:3000".into()],
        pause: None,
        updated_at: None,
    };
    assert_eq!(store.settings().get(first).await.unwrap(), Some(new));
    assert_eq!(store.settings().get(&AppId::random().unwrap()).await.unwrap(), None);
    assert_eq!(store.settings().all(uuid::Uuid::new_v4()).await.unwrap(), []);
}

#[tokio::test]
async fn every_change_is_told_and_no_other() {
    let (store, app) = store_with_app().await;
    let settings = store.settings();
    let mut changes = store.changes().await.unwrap();
    assert!(settings.set_function_key(&app, "sealed 1").await.unwrap());
    assert!(!settings.set_function_key(&app, "sealed 2").await.unwrap(), "it has one");
    assert!(settings.add_signing_key(&app, &key("k1")).await.unwrap());
    assert!(!settings.add_signing_key(&app, &key("k2")).await.unwrap(), "another server was faster");
    assert!(settings.replace_env(&app, None, "env 1", None, None).await.unwrap());
    assert!(!settings.replace_env(&app, None, "env 2", None, None).await.unwrap(), "there are some by now");
    assert!(!settings.replace_env(&app, Some("env 0"), "env 2", None, None).await.unwrap());
    assert!(settings.replace_env(&app, Some("env 1"), "env 2", None, None).await.unwrap());
    for _ in 0..4 {
        let change = timeout(SOON, changes.next()).await.unwrap();
        assert_eq!(change, Change::App { app: app.clone() });
    }
    assert!(timeout(Duration::from_millis(300), changes.next()).await.is_err(), "nothing else has changed");
    let stored = settings.get(&app).await.unwrap().unwrap();
    assert_eq!(stored.encrypted_function_key.as_deref(), Some("sealed 1"));
    assert_eq!(stored.encrypted_env.as_deref(), Some("env 2"));
    assert_eq!(stored.signing_key, Some(key("k1").public));
    assert_eq!(settings.signing_key(&app).await.unwrap(), Some(key("k1")));
    assert_eq!(settings.env(&app).await.unwrap().unwrap().encrypted, "env 2");
}

#[tokio::test]
async fn an_app_that_is_not_there_has_nothing() {
    let store = store().await;
    let nowhere = AppId::random().unwrap();
    assert_eq!(store.settings().env(&nowhere).await.unwrap(), None);
    assert_eq!(store.settings().signing_key(&nowhere).await.unwrap(), None);
    assert!(!store.settings().set_function_key(&nowhere, "x").await.unwrap());
    let env = store.settings().replace_env(&nowhere, None, "x", None, None).await.unwrap_err();
    assert_eq!(env, StoreError::Missing("app of the variables"));
    let signing = store.settings().add_signing_key(&nowhere, &key("k")).await.unwrap_err();
    assert_eq!(signing, StoreError::Missing("app of the key"));
}

#[tokio::test]
async fn origins_and_pauses_are_told_and_written_down() {
    let (store, app) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let settings = store.settings();
    let mut changes = store.changes().await.unwrap();
    let event = |kind| AuditEvent::new(kind, "part", By::owner(owner), json!({ "n": 1 }));
    let origins = vec!["https://a.example".to_owned(), "capacitor://localhost".to_owned()];
    let read = async || settings.get(&app).await.unwrap().unwrap();
    let new = read().await;
    assert!(settings.set_origins(&app, &new, &origins, &event(AuditKind::AppCorsUpdate)).await.unwrap());
    assert!(!settings.set_origins(&app, &new, &[], &event(AuditKind::AppCorsUpdate)).await.unwrap(), "it has changed");
    let pause = async |before: &AppSettings, paused, reason| {
        settings.pause(&app, before, paused, reason, &event(AuditKind::AppPausedUpdate)).await.unwrap()
    };
    assert_eq!(pause(&new, true, Some("why")).await, None, "it has changed");
    let changed = pause(&read().await, true, Some("why")).await;
    let paused = read().await;
    assert_eq!((&paused.allowed_origins, paused.updated_at), (&origins, changed));
    let since = paused.pause.as_ref().unwrap().since;
    assert_eq!(paused.pause, Some(Pause { since, reason: Some("why".into()) }));
    assert!(pause(&paused, false, Some("why")).await > changed);
    assert_eq!(read().await.pause, None);
    let nowhere = AppId::random().unwrap();
    assert!(!settings.set_origins(&nowhere, &new, &origins, &event(AuditKind::AppCorsUpdate)).await.unwrap());
    for _ in 0..3 {
        assert_eq!(timeout(SOON, changes.next()).await.unwrap(), Change::App { app: app.clone() });
    }
    assert!(timeout(Duration::from_millis(300), changes.next()).await.is_err(), "nothing else has changed");
    let query = crate::AuditQuery { limit: 10, ..crate::AuditQuery::default() };
    assert_eq!(store.audit().page(&app, &query).await.unwrap().total, 3);
}
