use super::PLACES;
use crate::testing::{new_function, store_with_app};
use ramekin_model::{NewFunction, PublicKey, SigningKey, Trigger, TriggerType};
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn everything_encrypted_is_found_and_replaced_where_it_is_unchanged() {
    let (store, app) = store_with_app().await;
    let config = json!({ "provider": "stripe", "secret": "s-webhook" }).as_object().unwrap().clone();
    let webhook = Trigger { kind: TriggerType::Webhook, config, enabled: true };
    let new = NewFunction {
        encrypted_env: Some("s-function".into()),
        triggers: Some(vec![webhook]),
        ..new_function("hello")
    };
    store.functions().deploy(&app, &new).await.unwrap();
    store.functions().deploy(&app, &new_function("plain")).await.unwrap();
    store.settings().replace_env(&app, None, "s-app", None, None).await.unwrap();
    store.settings().set_function_key(&app, "s-key").await.unwrap();
    let public = PublicKey { kid: "k".into(), modulus: "n".into(), exponent: "e".into() };
    let signing = SigningKey { public, encrypted_private: "s-signing".into() };
    store.settings().add_signing_key(&app, &signing).await.unwrap();

    let all = store.sealed().all().await.unwrap();
    let values: BTreeSet<_> = all.iter().map(|sealed| sealed.value.as_str()).collect();
    assert_eq!(values, BTreeSet::from(["s-app", "s-function", "s-key", "s-signing", "s-webhook"]));
    assert_eq!(all.len(), PLACES.len(), "one of each kind");
    for sealed in &all {
        assert!(!sealed.what().is_empty() && !sealed.row().is_empty());
        assert!(store.sealed().replace(sealed, &format!("new {}", sealed.value)).await.unwrap(), "{sealed:?}");
        assert!(!store.sealed().replace(sealed, "late").await.unwrap(), "{sealed:?} has changed meanwhile");
    }
    let after = store.sealed().all().await.unwrap();
    assert!(after.iter().zip(&all).all(|(after, before)| after.value == format!("new {}", before.value)));
    let (function, _) = store.functions().get(&app, "hello").await.unwrap().unwrap();
    assert_eq!(function.triggers[0].config["provider"], "stripe", "what stands beside it stays");
}

#[tokio::test]
async fn every_column_that_says_encrypted_is_known() {
    let (store, _) = store_with_app().await;
    let columns = "SELECT table_name::text || '.' || column_name::text FROM information_schema.columns
                   WHERE table_schema = 'ramekin' AND column_name LIKE '%encrypted%'";
    let columns: Vec<String> = sqlx::query_scalar(columns).fetch_all(&store.pool).await.unwrap();
    assert!(columns.len() >= 4, "{columns:?}");
    for column in columns {
        let (table, name) = column.split_once('.').unwrap();
        let known = PLACES.iter().any(|place| {
            place.update.contains(&format!("ramekin.{table} ")) && place.update.contains(&format!("{name} = $3"))
        });
        assert!(known, "{column} would be lost with its key: add it to the places");
    }
}

#[tokio::test]
async fn nobody_is_alone_while_a_server_listens() {
    let (store, _) = store_with_app().await;
    let alone = store.sealed().alone().await.unwrap().unwrap();
    assert!(store.sealed().alone().await.unwrap().is_none());
    alone.end().await;
    let mut listening = Vec::new();
    for _ in 0..2 {
        listening.push(store.changes().await.unwrap());
    }
    assert!(store.sealed().alone().await.unwrap().is_none(), "two servers run");
    drop(listening);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while store.sealed().alone().await.unwrap().is_none() {
        assert!(std::time::Instant::now() < until, "their right ends with their connections");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
