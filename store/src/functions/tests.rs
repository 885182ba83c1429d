use crate::testing::{new_function, record, store, store_with_app};
use crate::{Deleted, Kept, StoreError};
use chrono::{Duration, SubsecRound, Utc};
use ramekin_model::limits::{DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_MS, MAX_MEMORY_MB, MAX_SOURCE, MAX_TIMEOUT_MS};
use ramekin_model::{AppId, Function, FunctionStats, NewFunction, Trigger, TriggerType};
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;

fn trigger(kind: TriggerType, config: &serde_json::Value, enabled: bool) -> Trigger {
    Trigger { kind, config: config.as_object().unwrap().clone(), enabled }
}

#[tokio::test]
async fn a_first_deploy_takes_the_defaults() {
    let (store, app) = store_with_app().await;
    let before = Utc::now();
    let deployed = store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    let expected = Function {
        id: deployed.id,
        app_id: app.clone(),
        name: "hello".parse().unwrap(),
        description: None,
        code: "// hello".into(),
        encrypted_env: None,
        timeout_ms: DEFAULT_TIMEOUT_MS,
        memory_limit_mb: DEFAULT_MEMORY_MB,
        allow_impersonation: true,
        triggers: vec![Trigger::default_http()],
        deployed_at: deployed.deployed_at,
    };
    assert_eq!(deployed, expected);
    assert!((deployed.deployed_at - before).num_seconds().abs() < 60);
    assert_eq!(store.functions().load(&app, "hello").await.unwrap().as_ref(), Some(&expected));
    assert_eq!(store.functions().get(&app, "hello").await.unwrap(), Some((expected, FunctionStats::default())));
    assert_eq!(store.functions().load(&app, "hallo").await.unwrap(), None);
    assert_eq!(store.functions().get(&app, "hallo").await.unwrap(), None);
}

#[tokio::test]
async fn a_redeploy_keeps_what_it_does_not_name() {
    let (store, app) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let full = NewFunction {
        description: Some("first".into()),
        encrypted_env: Some("sealed".into()),
        timeout_ms: Some(MAX_TIMEOUT_MS),
        memory_limit_mb: Some(MAX_MEMORY_MB),
        allow_impersonation: Some(false),
        triggers: Some(vec![
            trigger(TriggerType::Cron, &json!({"schedule": "* * * * *"}), false),
            trigger(TriggerType::Http, &json!({"auth": "none", "deep": {"list": [1, 2.5, null, "ü"]}}), true),
        ]),
        deployed_by: Some(owner),
        ..new_function("hello")
    };
    let first = store.functions().deploy(&app, &full).await.unwrap();
    let kinds: Vec<_> = first.triggers.iter().map(|trigger| trigger.kind).collect();
    assert_eq!(kinds, [TriggerType::Cron, TriggerType::Http], "ordered by type, whatever the deploy's order");

    let second = NewFunction { code: "// second".into(), ..new_function("hello") };
    let second = store.functions().deploy(&app, &second).await.unwrap();
    assert!(second.deployed_at > first.deployed_at);
    let kept = Function { code: "// second".into(), deployed_at: second.deployed_at, ..first };
    assert_eq!(second, kept);

    let none = NewFunction { triggers: Some(Vec::new()), ..new_function("hello") };
    assert_eq!(store.functions().deploy(&app, &none).await.unwrap().triggers, []);
    let again = store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    assert_eq!(again.triggers, [], "no triggers were stored, so none are kept");
}

#[tokio::test]
async fn a_deleted_function_is_hidden_until_its_name_is_deployed_again() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let sealed = NewFunction {
        encrypted_env: Some("sealed".into()),
        triggers: Some(vec![trigger(TriggerType::Webhook, &json!({}), true)]),
        ..new_function("hello")
    };
    let first = functions.deploy(&app, &sealed).await.unwrap();
    store.invocations().record(&[record(&app, first.id, Utc::now())]).await.unwrap();

    assert!(functions.delete(&app, "hello").await.unwrap());
    assert!(!functions.delete(&app, "hello").await.unwrap(), "it is gone already");
    assert!(!functions.delete(&app, "never").await.unwrap());
    assert_eq!(functions.get(&app, "hello").await.unwrap(), None);
    assert_eq!(functions.load(&app, "hello").await.unwrap(), None);
    assert_eq!(functions.list(&app).await.unwrap(), []);
    assert_eq!(functions.all().await.unwrap(), []);
    assert_eq!(functions.find(&app, "hello", Deleted::Excluded).await.unwrap(), None);
    assert_eq!(functions.find(&app, "hello", Deleted::Included).await.unwrap(), Some(first.id));

    let revived = functions.deploy(&app, &new_function("hello")).await.unwrap();
    assert_eq!(revived, Function { code: "// hello".into(), deployed_at: revived.deployed_at, ..first.clone() });
    assert!(revived.deployed_at > first.deployed_at);
    let (_, stats) = functions.get(&app, "hello").await.unwrap().unwrap();
    assert_eq!(stats.invocations, 1);
    assert_eq!(functions.find(&app, "hello", Deleted::Excluded).await.unwrap(), Some(first.id));
}

#[tokio::test]
async fn what_a_deploy_would_keep_is_known_before_it() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let name = new_function("hello").name;
    assert_eq!(functions.kept(&app, &name).await.unwrap(), None);
    functions.deploy(&app, &new_function("hello")).await.unwrap();
    let defaults = Kept { encrypted_env: None, memory_limit_mb: DEFAULT_MEMORY_MB };
    assert_eq!(functions.kept(&app, &name).await.unwrap(), Some(defaults));
    let new = NewFunction {
        encrypted_env: Some("sealed".into()),
        memory_limit_mb: Some(MAX_MEMORY_MB),
        ..new_function("hello")
    };
    functions.deploy(&app, &new).await.unwrap();
    let named = Kept { encrypted_env: new.encrypted_env, memory_limit_mb: MAX_MEMORY_MB };
    assert_eq!(functions.kept(&app, &name).await.unwrap(), Some(named.clone()));
    functions.delete(&app, "hello").await.unwrap();
    assert_eq!(functions.kept(&app, &name).await.unwrap(), Some(named), "a deploy revives it");
}

#[tokio::test]
async fn concurrent_deploys_of_a_name_make_one_function_with_one_version_each() {
    let (store, app) = store_with_app().await;
    let deploys = (0..20).map(|n| {
        let (store, app) = (store.clone(), app.clone());
        tokio::spawn(async move {
            let new = NewFunction { code: format!("// {n}"), ..new_function("hello") };
            store.functions().deploy(&app, &new).await.unwrap()
        })
    });
    let mut deployed = Vec::new();
    for deploy in deploys.collect::<Vec<_>>() {
        deployed.push(deploy.await.unwrap());
    }
    assert_eq!(deployed.iter().map(|function| function.id).collect::<HashSet<_>>().len(), 1);
    let stamps: HashSet<_> = deployed.iter().map(|function| function.deployed_at).collect();
    assert_eq!(stamps.len(), deployed.len(), "each version has a stamp of its own");
    let newest = deployed.iter().max_by_key(|function| function.deployed_at).unwrap();
    let (stored, _) = store.functions().get(&app, "hello").await.unwrap().unwrap();
    assert_eq!(stored, *newest, "the latest stamp is on the stored code");
}

#[tokio::test]
async fn the_version_stamp_increases_though_the_clock_does_not() {
    let (store, app) = store_with_app().await;
    let first = store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    sqlx::query("UPDATE ramekin.functions SET deployed_at = deployed_at + interval '1 hour'")
        .execute(&store.pool)
        .await
        .unwrap();
    let second = store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    assert_eq!(second.deployed_at, first.deployed_at + Duration::hours(1) + Duration::microseconds(1));
}

#[tokio::test]
async fn functions_belong_to_their_app() {
    let (store, app) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (other, _) = store.apps().create(owner, "other").await.unwrap();
    let mine = store.functions().deploy(&app, &new_function("same")).await.unwrap();
    let theirs = store.functions().deploy(&other.id, &new_function("same")).await.unwrap();
    assert_ne!(mine.id, theirs.id);
    for name in ["b", "B", "a-1", "a_1"] {
        store.functions().deploy(&app, &new_function(name)).await.unwrap();
    }
    let list = store.functions().list(&app).await.unwrap();
    let names: Vec<_> = list.iter().map(|(function, _)| function.name.as_str()).collect();
    assert_eq!(names, ["B", "a-1", "a_1", "b", "same"], "in byte order, whatever the database's locale");
    assert!(
        list.iter().all(|(function, _)| function.code.is_empty() && function.triggers == [Trigger::default_http()])
    );
    assert_eq!(store.functions().all().await.unwrap().len(), 6);
    assert_eq!(store.functions().code(mine.id).await.unwrap().as_deref(), Some("// same"));
    assert_eq!(store.functions().code(Uuid::new_v4()).await.unwrap(), None);
    store.functions().delete(&app, "same").await.unwrap();
    assert!(store.functions().get(&other.id, "same").await.unwrap().is_some());
}

#[tokio::test]
async fn figures_are_of_the_lifetime_and_of_the_last_day() {
    let (store, app) = store_with_app().await;
    let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
    let other = store.functions().deploy(&app, &new_function("idle")).await.unwrap();
    let now = Utc::now().trunc_subsecs(6);
    let call = |hours, status, duration_ms| {
        let started_at = now - Duration::hours(hours);
        ramekin_model::InvocationRecord { status_code: status, duration_ms, ..record(&app, id, started_at) }
    };
    // Out of order, so that the newest is not the last one recorded.
    store.invocations().record(&[call(1, Some(200), 10), call(0, Some(404), 30)]).await.unwrap();
    store.invocations().record(&[call(2, None, 50), call(25, Some(500), 110), call(26, Some(399), 0)]).await.unwrap();
    let expected = FunctionStats {
        invocations: 5,
        errors: 3,
        avg_duration_ms: 40.0,
        last_invoked_at: Some(now),
        last_status: Some(404),
        day_invocations: 3,
        day_errors: 2,
        day_avg_duration_ms: 30.0,
    };
    let (_, stats) = store.functions().get(&app, "hello").await.unwrap().unwrap();
    assert_eq!(stats, expected);
    let list = store.functions().list(&app).await.unwrap();
    assert_eq!(list.iter().map(|(_, stats)| *stats).collect::<Vec<_>>(), [expected, FunctionStats::default()]);
    assert_eq!(list[1].0.id, other.id);
}

#[tokio::test]
async fn a_deploy_says_why_it_cannot_be_stored() {
    let (store, app) = store_with_app().await;
    let nowhere = AppId::random().unwrap();
    let error = store.functions().deploy(&nowhere, &new_function("hello")).await.unwrap_err();
    assert_eq!(error, StoreError::Missing("app or deployer of the function"));
    let nul = "a\0b".to_owned();
    let in_code = NewFunction { code: nul.clone(), ..new_function("hello") };
    let in_config = NewFunction {
        triggers: Some(vec![trigger(TriggerType::Cron, &json!({ "schedule": nul }), true)]),
        ..new_function("hello")
    };
    for new in [in_code, in_config] {
        assert_eq!(store.functions().deploy(&app, &new).await.unwrap_err(), StoreError::NulCharacter);
    }
    let twice = vec![Trigger::default_http(), Trigger::default_http()];
    let twice = NewFunction { triggers: Some(twice), ..new_function("hello") };
    store.functions().deploy(&app, &twice).await.unwrap_err();
    assert_eq!(store.functions().all().await.unwrap(), [], "a deploy that fails leaves nothing");
}

#[tokio::test]
async fn the_largest_source_is_stored() {
    let (store, app) = store_with_app().await;
    let code = "\u{fc}x'\"\\\n".repeat(MAX_SOURCE / 7);
    let new = NewFunction { code: code.clone(), ..new_function(&"n".repeat(100)) };
    let id = store.functions().deploy(&app, &new).await.unwrap().id;
    assert!(store.functions().code(id).await.unwrap().unwrap() == code);
}

#[tokio::test]
async fn a_trigger_of_a_newer_release_hides_nothing() {
    let (store, app) = store_with_app().await;
    let id = store.functions().deploy(&app, &new_function("hello")).await.unwrap().id;
    sqlx::query("INSERT INTO ramekin.function_triggers (function_id, trigger_type) VALUES ($1, 'email')")
        .bind(id)
        .execute(&store.pool)
        .await
        .unwrap();
    assert_eq!(store.functions().all().await.unwrap()[0].triggers, [Trigger::default_http()]);
}

#[tokio::test]
async fn thousands_of_functions_are_listed_in_one_go() {
    let store = store().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (app, _) = store.apps().create(owner, "app").await.unwrap();
    // Rows of the size that deploys make, written at once: five thousand deploys are not what is measured.
    sqlx::query(
        "WITH made AS (
             INSERT INTO ramekin.functions (app_id, name, code, timeout_ms, memory_limit_mb, deployed_at)
             SELECT $1, 'function-' || n, repeat(md5(n::text), 1000), 30000, 128, now() FROM generate_series(1, 5000) n
             RETURNING id)
         INSERT INTO ramekin.function_triggers (function_id, trigger_type, config)
         SELECT id, 'http', '{\"auth\": \"required\"}' FROM made",
    )
    .bind(app.id.as_str())
    .execute(&store.pool)
    .await
    .unwrap();
    let begun = std::time::Instant::now();
    let all = store.functions().all().await.unwrap();
    let took = begun.elapsed();
    assert_eq!(all.len(), 5_000);
    assert!(all.iter().all(|function| function.triggers == [Trigger::default_http()]));
    println!("5000 functions in {took:?}");
    assert!(took.as_secs() < 5, "{took:?}");
}

#[tokio::test]
async fn variables_and_switches_change_without_a_new_version() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let deployed = functions.deploy(&app, &new_function("hello")).await.unwrap();
    assert!(functions.replace_env(deployed.id, None, "one",).await.unwrap().is_some());
    assert!(functions.replace_env(deployed.id, None, "late").await.unwrap().is_none(), "there are some by now");
    assert!(functions.replace_env(deployed.id, Some("one"), "two").await.unwrap().is_some());
    assert!(functions.set_impersonation(deployed.id, false).await.unwrap().is_some());
    let expected = Function { encrypted_env: Some("two".into()), allow_impersonation: false, ..deployed.clone() };
    assert_eq!(functions.load(&app, "hello").await.unwrap(), Some(expected), "the version stays");
    functions.delete(&app, "hello").await.unwrap();
    assert!(functions.replace_env(deployed.id, Some("two"), "three").await.unwrap().is_none());
    assert!(functions.set_impersonation(deployed.id, true).await.unwrap().is_none());
}
