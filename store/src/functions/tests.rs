use super::shorthand::receipt;
use crate::testing::{new_function, record, store, store_with_app};
use crate::{Deleted, DeployKey, DeployTerms, Kept, KnownDeploy, NotDeployed, StoreError};
use chrono::{Duration, SubsecRound, Utc};
use ramekin_model::limits::{DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_MS, MAX_MEMORY_MB, MAX_SOURCE, MAX_TIMEOUT_MS};
use ramekin_model::{
    AgentTool, AgentToolChange, AppId, Bundle, Files, Function, FunctionStats, NewFunction, Precondition, Trigger,
    TriggerType,
};
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
        files: None,
        packages: None,
        encrypted_env: None,
        timeout_ms: DEFAULT_TIMEOUT_MS,
        memory_limit_mb: DEFAULT_MEMORY_MB,
        allow_impersonation: true,
        triggers: vec![Trigger::default_http()],
        agent_tool: AgentTool::default(),
        deployed_at: deployed.deployed_at,
        updated_at: deployed.updated_at,
        deleted_at: None,
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
    assert!(second.updated_at > first.updated_at);
    let (deployed_at, updated_at) = (second.deployed_at, second.updated_at);
    let kept = Function { code: "// second".into(), deployed_at, updated_at, ..first };
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
    let (deployed_at, updated_at) = (revived.deployed_at, revived.updated_at);
    assert_eq!(revived, Function { code: "// hello".into(), deployed_at, updated_at, ..first.clone() });
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
    let function = functions.load(&app, "hello").await.unwrap().unwrap();
    let defaults = Kept {
        encrypted_env: None,
        memory_limit_mb: DEFAULT_MEMORY_MB,
        webhook_secret: None,
        updated_at: Some(function.updated_at),
        packages: None,
    };
    assert_eq!(functions.kept(&app, &name).await.unwrap(), Some(defaults));
    let new = NewFunction {
        encrypted_env: Some("sealed".into()),
        memory_limit_mb: Some(MAX_MEMORY_MB),
        triggers: Some(vec![trigger(TriggerType::Webhook, &json!({ "secret": "sealed too" }), true)]),
        ..new_function("hello")
    };
    let function = functions.deploy(&app, &new).await.unwrap();
    let named = Kept {
        encrypted_env: new.encrypted_env,
        memory_limit_mb: MAX_MEMORY_MB,
        webhook_secret: Some("sealed too".into()),
        updated_at: Some(function.updated_at),
        packages: None,
    };
    assert_eq!(functions.kept(&app, &name).await.unwrap(), Some(named.clone()));
    functions.delete(&app, "hello").await.unwrap();
    let deleted = Kept { updated_at: None, ..named };
    assert_eq!(functions.kept(&app, &name).await.unwrap(), Some(deleted), "a deploy revives it");
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
    assert_eq!(store.functions().source(mine.id).await.unwrap().map(|source| source.code).as_deref(), Some("// same"));
    assert_eq!(store.functions().source(Uuid::new_v4()).await.unwrap(), None);
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
    assert_eq!(error, StoreError::Missing("app of the function"));
    let nobody = NewFunction { deployed_by: Some(Uuid::new_v4()), ..new_function("hello") };
    let error = store.functions().deploy(&app, &nobody).await.unwrap_err();
    assert_eq!(error, StoreError::Missing("deployer of the function"));
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
    assert!(store.functions().source(id).await.unwrap().unwrap().code == code);
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
    let load = async || functions.load(&app, "hello").await.unwrap().unwrap();
    let set = async |function: &Function, env: &str| functions.replace_env(function, env, None).await.unwrap();
    assert!(set(&deployed, "one").await.is_some());
    assert!(set(&deployed, "late").await.is_none(), "it was changed meanwhile");
    let one = load().await;
    assert!(one.updated_at > deployed.updated_at);
    assert!(set(&one, "two").await.is_some());
    assert!(functions.set_impersonation(&one, false, None).await.unwrap().is_none(), "it was changed meanwhile");
    assert!(functions.set_impersonation(&load().await, false, None).await.unwrap().is_some());
    let after = load().await;
    let expected = Function {
        encrypted_env: Some("two".into()),
        allow_impersonation: false,
        updated_at: after.updated_at,
        ..deployed.clone()
    };
    assert_eq!(after, expected, "the version of the source stays");
    functions.delete(&app, "hello").await.unwrap();
    assert!(set(&after, "three").await.is_none());
    assert!(functions.set_impersonation(&after, true, None).await.unwrap().is_none());
}

#[tokio::test]
async fn every_change_is_a_later_version_though_the_clock_is_not() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let mut version = functions.deploy(&app, &new_function("hello")).await.unwrap().updated_at;
    let ahead = "UPDATE ramekin.functions SET updated_at = updated_at + interval '1 hour'";
    sqlx::query(ahead).execute(&store.pool).await.unwrap();
    let load = async || functions.look(&app, "hello", Deleted::Included).await.unwrap().unwrap().0;
    for step in 0..4 {
        match step {
            0 => functions.replace_env(&load().await, "e", None).await.unwrap().map(|_| ()).unwrap(),
            1 => functions.set_impersonation(&load().await, false, None).await.unwrap().map(|_| ()).unwrap(),
            2 => assert!(functions.delete(&app, "hello").await.unwrap()),
            _ => drop(functions.deploy(&app, &new_function("hello")).await.unwrap()),
        }
        let after = load().await;
        assert!(after.updated_at > version, "step {step}");
        assert_eq!(after.deleted_at.is_some(), step == 2);
        version = after.updated_at;
    }
    // As a server of the previous release does.
    let old = "UPDATE ramekin.functions SET updated_at = NULL, deployed_at = deployed_at + interval '1 day'";
    sqlx::query(old).execute(&store.pool).await.unwrap();
    let old = load().await;
    assert_eq!(old.updated_at, old.deployed_at);
}

#[tokio::test]
async fn a_deploy_is_made_for_the_version_that_it_is_meant_for() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let deploy = async |precondition: Precondition| {
        let terms = DeployTerms { precondition, ..DeployTerms::default() };
        functions.deploy_on(&app, &new_function("hello"), &terms, receipt).await.map(|deployed| deployed.function)
    };
    let version = |function: &Function| Precondition::Version(vec![function.updated_at.timestamp_micros()]);
    assert_eq!(deploy(Precondition::Exists).await, Err(NotDeployed::Precondition));
    let first = deploy(Precondition::Absent).await.unwrap();
    assert_eq!(deploy(Precondition::Absent).await, Err(NotDeployed::Precondition));
    let second = deploy(version(&first)).await.unwrap();
    assert_eq!(deploy(version(&first)).await, Err(NotDeployed::Precondition));
    functions.replace_env(&second, "e", None).await.unwrap().unwrap();
    assert_eq!(deploy(version(&second)).await, Err(NotDeployed::Precondition), "variables are part of a version");

    let old = version(&second);
    assert_eq!(functions.delete_on(&app, "hello", &old, None).await.unwrap(), None);
    assert_eq!(functions.delete_on(&app, "hello", &Precondition::Exists, None).await.unwrap(), Some(true));
    assert_eq!(functions.delete_on(&app, "hello", &Precondition::Exists, None).await.unwrap(), None);
    assert_eq!(deploy(Precondition::Exists).await, Err(NotDeployed::Precondition), "what is deleted is not there");
    deploy(Precondition::Absent).await.unwrap();
}

#[tokio::test]
async fn of_concurrent_deploys_for_one_version_one_is_made() {
    let (store, app) = store_with_app().await;
    let first = store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    let terms = DeployTerms {
        precondition: Precondition::Version(vec![first.updated_at.timestamp_micros()]),
        ..DeployTerms::default()
    };
    let deploys = (0..10).map(|_| {
        let (store, app, terms) = (store.clone(), app.clone(), terms.clone());
        tokio::spawn(async move { store.functions().deploy_on(&app, &new_function("hello"), &terms, receipt).await })
    });
    let mut made = 0;
    for deploy in deploys.collect::<Vec<_>>() {
        match deploy.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert_eq!(error, NotDeployed::Precondition),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn functions_of_an_app_on_and_past_their_limit() {
    let (store, app) = store_with_app().await;
    let terms = DeployTerms { max_functions: Some(3), ..DeployTerms::default() };
    let deploys = (0..10).map(|n| {
        let (store, app, terms) = (store.clone(), app.clone(), terms.clone());
        tokio::spawn(async move {
            store.functions().deploy_on(&app, &new_function(&format!("f{n}")), &terms, receipt).await
        })
    });
    let mut made = Vec::new();
    for deploy in deploys.collect::<Vec<_>>() {
        match deploy.await.unwrap() {
            Ok(deployed) => made.push(deployed.function.name),
            Err(error) => assert_eq!(error, NotDeployed::Full(3)),
        }
    }
    assert_eq!((made.len(), store.functions().list(&app).await.unwrap().len()), (3, 3));
    let functions = store.functions();
    let again = new_function(made[0].as_str());
    functions.deploy_on(&app, &again, &terms, receipt).await.unwrap();
    functions.delete(&app, made[0].as_str()).await.unwrap();
    functions.deploy_on(&app, &new_function("another"), &terms, receipt).await.unwrap();
    let error = functions.deploy_on(&app, &again, &terms, receipt).await.unwrap_err();
    assert_eq!(error, NotDeployed::Full(3), "one that is revived counts too");
}

#[tokio::test]
async fn a_deploy_is_known_by_its_key_for_a_day() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let key = |fingerprint: &str| DeployKey { key: "k".into(), fingerprint: fingerprint.into() };
    let deploy = async |fingerprint: &str| {
        let terms = DeployTerms {
            key: Some(key(fingerprint)),
            precondition: Precondition::Absent,
            max_functions: Some(1),
            ..DeployTerms::default()
        };
        functions.deploy_on(&app, &new_function("hello"), &terms, receipt).await
    };
    assert_eq!(functions.known_deploy(&app, &key("a")).await.unwrap(), None);
    let first = deploy("a").await.unwrap();
    let same = KnownDeploy::Same(Box::new(first.receipt.clone()));
    assert_eq!(functions.known_deploy(&app, &key("a")).await.unwrap(), Some(same.clone()));
    assert_eq!(functions.known_deploy(&app, &key("b")).await.unwrap(), Some(KnownDeploy::Other));
    assert_eq!(deploy("a").await, Err(NotDeployed::Known(same)), "whatever else is asked for");
    assert_eq!(deploy("b").await, Err(NotDeployed::Known(KnownDeploy::Other)));
    assert_eq!(functions.load(&app, "hello").await.unwrap().unwrap(), first.function);

    let (other, _) = store.apps().create(store.users().ensure_owner().await.unwrap(), "other").await.unwrap();
    assert_eq!(functions.known_deploy(&other.id, &key("a")).await.unwrap(), None, "keys belong to their app");

    let age = "UPDATE ramekin.deploy_keys SET created_at = created_at - interval '24 hours'";
    sqlx::query(age).execute(&store.pool).await.unwrap();
    assert_eq!(functions.known_deploy(&app, &key("a")).await.unwrap(), None);
    assert_eq!(deploy("b").await, Err(NotDeployed::Precondition));
    functions.delete(&app, "hello").await.unwrap();
    deploy("b").await.unwrap();
    assert_eq!(functions.known_deploy(&app, &key("a")).await.unwrap(), Some(KnownDeploy::Other));
}

#[tokio::test]
async fn of_concurrent_deploys_under_one_key_one_is_made() {
    let (store, app) = store_with_app().await;
    let terms =
        DeployTerms { key: Some(DeployKey { key: "k".into(), fingerprint: "a".into() }), ..DeployTerms::default() };
    let deploys = (0..10).map(|_| {
        let (store, app, terms) = (store.clone(), app.clone(), terms.clone());
        tokio::spawn(async move { store.functions().deploy_on(&app, &new_function("hello"), &terms, receipt).await })
    });
    let (mut made, mut known) = (Vec::new(), Vec::new());
    for deploy in deploys.collect::<Vec<_>>() {
        match deploy.await.unwrap() {
            Ok(deployed) => made.push(deployed.receipt),
            Err(NotDeployed::Known(KnownDeploy::Same(receipt))) => known.push(*receipt),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((made.len(), known.len()), (1, 9));
    assert!(known.iter().all(|receipt| *receipt == made[0]), "all of them get the same answer");
}

#[tokio::test]
async fn what_agents_are_told_is_kept() {
    let (store, app) = store_with_app().await;
    let change = AgentToolChange {
        enabled: Some(true),
        description: Some("says hello".into()),
        mode: Some("read_write".into()),
        exposed_to: Some("end_user".into()),
    };
    let new = NewFunction { agent_tool: change, ..new_function("hello") };
    let tool = AgentTool {
        enabled: true,
        description: Some("says hello".into()),
        mode: "read_write".into(),
        exposed_to: "end_user".into(),
    };
    assert_eq!(store.functions().deploy(&app, &new).await.unwrap().agent_tool, tool);
    assert_eq!(store.functions().deploy(&app, &new_function("hello")).await.unwrap().agent_tool, tool);
    let off = AgentToolChange { enabled: Some(false), ..AgentToolChange::default() };
    let off = NewFunction { agent_tool: off, ..new_function("hello") };
    let off = store.functions().deploy(&app, &off).await.unwrap().agent_tool;
    assert_eq!(off, AgentTool { enabled: false, ..tool });
}

#[tokio::test]
async fn lists_come_in_pages() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    for name in ["c", "B", "a", "gone"] {
        functions.deploy(&app, &new_function(name)).await.unwrap();
    }
    functions.delete(&app, "gone").await.unwrap();
    let page = async |deleted, after: &str, limit| -> Vec<String> {
        let page = functions.page(&app, deleted, after, limit).await.unwrap();
        page.into_iter().map(|(function, _)| function.name.to_string()).collect()
    };
    assert_eq!(page(Deleted::Excluded, "", 2).await, ["B", "a"]);
    assert_eq!(page(Deleted::Excluded, "a", 2).await, ["c"]);
    assert_eq!(page(Deleted::Included, "a", 9).await, ["c", "gone"]);
    assert_eq!(functions.look(&app, "gone", Deleted::Excluded).await.unwrap(), None);
    let (gone, _) = functions.look(&app, "gone", Deleted::Included).await.unwrap().unwrap();
    assert!(gone.deleted_at.is_some());
}

#[tokio::test]
async fn files_and_what_was_made_of_them() {
    let (store, app) = store_with_app().await;
    let texts = [("main.ts", "import './lib/a.ts'"), ("lib/a.ts", "// ä")];
    let files =
        Files { entry: "main.ts".into(), texts: texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into() };
    let bundle = Bundle { code: "// bundle".into(), map: "{}".into() };
    let packages = json!({ "roots": {}, "packages": {} });
    let new = NewFunction {
        files: Some(files.clone()),
        bundle: Some(bundle.clone()),
        packages: Some(packages.clone()),
        ..new_function("several")
    };
    let id = store.functions().deploy(&app, &new).await.unwrap().id;
    let (shown, _) = store.functions().get(&app, "several").await.unwrap().unwrap();
    assert_eq!((shown.files, shown.packages.as_ref()), (Some(files), Some(&packages)));
    let source = store.functions().source(id).await.unwrap().unwrap();
    assert_eq!((source.code, source.bundle), (new.code, Some(bundle)));
    let kept = store.functions().kept(&app, &"several".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.packages, Some(packages));
    assert!(store.functions().list(&app).await.unwrap()[0].0.files.is_none(), "a list holds no sources");

    store.functions().deploy(&app, &new_function("several")).await.unwrap();
    let (shown, _) = store.functions().get(&app, "several").await.unwrap().unwrap();
    assert_eq!((shown.files, shown.packages), (None, None), "one file takes the place of several");
    assert_eq!(store.functions().source(id).await.unwrap().unwrap().bundle, None);
}
