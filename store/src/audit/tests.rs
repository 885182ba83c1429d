use crate::testing::{new_function, record, store_with_app};
use crate::{AuditQuery, DeployTerms, Store};
use chrono::{Duration, SubsecRound as _, Utc};
use ramekin_model::limits::MAX_AUDIT_PAGE;
use ramekin_model::{Acted, Actor, AppId, AuditEvent, AuditKind, AuditRecord, By, InvocationRecord, KeyScope, Secret};
use serde_json::json;
use uuid::Uuid;

fn by(key: Uuid) -> By {
    By {
        actor: Actor::ApiKey(key),
        user_id: Uuid::nil(),
        ip: Some("127.0.0.1".parse().unwrap()),
        user_agent: Some("agent/1\0".into()),
        request: Some(Uuid::from_u128(7)),
    }
}

fn event(kind: AuditKind, name: &str) -> AuditEvent {
    AuditEvent::new(kind, name, by(Uuid::nil()), json!({ "trigger_types": ["http"] }))
}

async fn read(store: &Store, app: &AppId, query: AuditQuery) -> Vec<AuditRecord> {
    let query = AuditQuery { limit: if query.limit == 0 { 100 } else { query.limit }, ..query };
    store.audit().page(app, &query).await.unwrap().records
}

fn kinds(records: &[AuditRecord]) -> Vec<&str> {
    records.iter().map(|record| record.event_type.as_str()).collect()
}

#[tokio::test]
async fn an_event_is_written_exactly_with_its_change() {
    let (store, app) = store_with_app().await;
    let functions = store.functions();
    let terms = DeployTerms { audit: Some(event(AuditKind::FunctionDeploy, "hello")), ..DeployTerms::default() };
    let receipt = crate::functions::shorthand_receipt;
    let deployed = functions.deploy_on(&app, &new_function("hello"), &terms, receipt).await.unwrap().function;
    let env = event(AuditKind::FunctionEnvUpdate, "hello");
    functions.replace_env(&deployed, "sealed", Some(&env)).await.unwrap().unwrap();
    assert!(functions.replace_env(&deployed, "late", Some(&env)).await.unwrap().is_none());
    let now = functions.load(&app, "hello").await.unwrap().unwrap();
    let settings = event(AuditKind::FunctionSettingsUpdate, "hello");
    functions.set_impersonation(&now, false, Some(&settings)).await.unwrap().unwrap();
    let delete = event(AuditKind::FunctionDelete, "hello");
    for _ in 0..2 {
        functions.delete_on(&app, "hello", &ramekin_model::Precondition::None, Some(&delete)).await.unwrap();
    }
    let refused = DeployTerms { max_functions: Some(0), ..terms };
    functions.deploy_on(&app, &new_function("more"), &refused, receipt).await.unwrap_err();
    let app_env = event(AuditKind::AppEnvUpdate, app.as_str());
    assert!(store.settings().replace_env(&app, None, "sealed", None, Some(&app_env)).await.unwrap());
    assert!(!store.settings().replace_env(&app, None, "late", None, Some(&app_env)).await.unwrap());

    let records = read(&store, &app, AuditQuery::default()).await;
    let expected =
        ["app.env.update", "function.delete", "function.settings.update", "function.env.update", "function.deploy"];
    assert_eq!(kinds(&records), expected, "newest first");
    let first = records.last().unwrap();
    let expected = AuditRecord {
        id: first.id,
        app_id: app.clone(),
        category: "admin".into(),
        event_type: "function.deploy".into(),
        action: "create".into(),
        resource_type: "function".into(),
        resource_id: "hello".into(),
        actor_type: "api_key".into(),
        actor_id: Uuid::nil().to_string(),
        data: json!({ "trigger_types": ["http"], "function_id": deployed.id }).as_object().unwrap().clone(),
        ip: Some("127.0.0.1".into()),
        user_agent: Some("agent/1\u{FFFD}".into()),
        request: Some(Uuid::from_u128(7)),
        created_at: first.created_at,
    };
    assert_eq!(*first, expected);
}

#[tokio::test]
async fn keys_of_an_app_and_the_app_itself_are_written_down() {
    let (store, _) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let by = By::owner(owner);
    let (app, created) = store.apps().create_by(owner, "made", Some(&by)).await.unwrap();
    assert!(created && !store.apps().create_by(owner, "made", Some(&by)).await.unwrap().1);
    let keys = store.keys();
    let mut ids = Vec::new();
    for (digit, scope) in [("a", KeyScope::App(app.id.clone())), ("b", KeyScope::Account)] {
        let hash = digit.repeat(64);
        ids.push(keys.create_by(owner, "k", &scope, &hash, "bb_sk_012345", Some(&by)).await.unwrap());
    }
    for id in &ids {
        assert!(keys.revoke_by(owner, *id, Some(&by)).await.unwrap().is_some());
        assert!(keys.revoke_by(owner, *id, Some(&by)).await.unwrap().is_none());
    }
    let records = read(&store, &app.id, AuditQuery::default()).await;
    assert_eq!(kinds(&records), ["api_key.revoke", "api_key.create", "app.create"]);
    assert!(records.iter().all(|record| record.actor_type == "platform_user" && record.actor_id == owner.to_string()));
    assert_eq!(records[0].resource_id, ids[0].to_string());
}

#[tokio::test]
async fn the_log_outlives_its_app_and_says_who_has_deleted_it() {
    let (store, app) = store_with_app().await;
    let databases = store.app_databases(Secret::new([7; 32]));
    databases.provision(&app).await.unwrap();
    let owner = store.users().ensure_owner().await.unwrap();
    assert_eq!(store.audit().owner_of_deleted(&app).await.unwrap(), None, "it is there");
    let data = json!({ "name": "app", "owner_id": owner });
    let delete = AuditEvent::new(AuditKind::AppDelete, app.as_str(), by(Uuid::nil()), data);
    let mut tx = store.pool.begin().await.unwrap();
    super::write(&mut tx, app.as_str(), &event(AuditKind::FunctionDeploy, "a")).await.unwrap();
    tx.commit().await.unwrap();
    assert!(databases.delete_app_by(&app, &delete).await.unwrap());
    assert!(!databases.delete_app_by(&app, &delete).await.unwrap());
    let records = read(&store, &app, AuditQuery::default()).await;
    assert_eq!(kinds(&records), ["app.delete", "function.deploy"]);
    assert_eq!(store.audit().owner_of_deleted(&app).await.unwrap(), Some(owner));
    assert_eq!(store.audit().owner_of_deleted(&AppId::random().unwrap()).await.unwrap(), None);
    // Nothing is written of an app that is gone.
    let mut tx = store.pool.begin().await.unwrap();
    super::write(&mut tx, app.as_str(), &event(AuditKind::FunctionDeploy, "late")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(read(&store, &app, AuditQuery::default()).await.len(), 2);
}

#[tokio::test]
async fn what_is_older_goes_app_by_app_and_a_little_at_a_time() {
    let (store, app) = store_with_app().await;
    let owner = store.users().ensure_owner().await.unwrap();
    let (other, _) = store.apps().create(owner, "other").await.unwrap();
    let now = Utc::now().trunc_subsecs(6);
    let limit = now - Duration::days(180);
    let mut tx = store.pool.begin().await.unwrap();
    for n in 0..25 {
        for app in [&app, &other.id] {
            let event = std::borrow::Cow::Owned(event(AuditKind::FunctionDeploy, "a"));
            let at = Some(limit - Duration::microseconds(n));
            let entry = super::Entry { id: Uuid::now_v7(), app: app.as_str(), event, at };
            super::write_all(&mut tx, &[entry]).await.unwrap();
        }
    }
    super::write(&mut tx, app.as_str(), &event(AuditKind::FunctionDelete, "a")).await.unwrap();
    tx.commit().await.unwrap();
    // Those of an app that is gone become old like any others.
    sqlx::query("DELETE FROM ramekin.apps WHERE id = $1").bind(other.id.as_str()).execute(&store.pool).await.unwrap();
    let mut deleted = Vec::new();
    for _ in 0..4 {
        deleted.push(store.audit().delete_older(limit, 20).await.unwrap());
    }
    assert_eq!(deleted, [20, 20, 8, 0], "two are exactly as old as the limit, and stay");
    assert_eq!(kinds(&read(&store, &app, AuditQuery::default()).await), ["function.delete", "function.deploy"]);
    assert_eq!(read(&store, &other.id, AuditQuery::default()).await.len(), 1);
    // Two servers delete different ones.
    let (first, second) = (store.audit(), store.audit());
    let (one, two) = tokio::join!(first.delete_older(now, 100), second.delete_older(now, 100));
    assert_eq!(one.unwrap() + two.unwrap(), 2);
}

#[tokio::test]
async fn a_prepared_event_is_there_once_it_is_told_so() {
    let (store, app) = store_with_app().await;
    let prepare = async || store.audit().prepare(&app, &event(AuditKind::SchemaApply, "a")).await.unwrap();
    drop(prepare().await);
    let prepared = prepare().await;
    assert_eq!(read(&store, &app, AuditQuery::default()).await, []);
    prepared.commit().await.unwrap();
    assert_eq!(kinds(&read(&store, &app, AuditQuery::default()).await), ["schema.apply"]);
}

#[tokio::test]
async fn calls_for_users_are_written_with_their_records() {
    let (store, app) = store_with_app().await;
    let function = store.functions().deploy(&app, &new_function("hello")).await.unwrap();
    let now = Utc::now().trunc_subsecs(6);
    let acted = Acted { by: by(Uuid::from_u128(1)), function: function.name.clone() };
    let call = InvocationRecord {
        user_id: Some("u1".into()),
        status_code: Some(201),
        acted: Some(Box::new(acted)),
        ..record(&app, function.id, now - Duration::seconds(5))
    };
    let plain = record(&app, function.id, now);
    // A second time, as after an answer that was lost.
    for _ in 0..2 {
        store.invocations().record(&[call.clone(), plain.clone()]).await.unwrap();
    }
    // The app of a record may be gone; the others are written all the same.
    let gone = InvocationRecord { id: Uuid::new_v4(), app_id: AppId::random().unwrap(), ..call.clone() };
    store.invocations().record(&[gone, record(&app, function.id, now)]).await.unwrap();
    let records = read(&store, &app, AuditQuery::default()).await;
    assert_eq!(kinds(&records), ["function.invoke"]);
    let [event] = &records[..] else { panic!("{records:?}") };
    assert_eq!((event.id, event.created_at, event.category.as_str()), (call.id, call.started_at, "function"));
    assert_eq!(event.actor_id, Uuid::from_u128(1).to_string());
    let data = json!({ "duration_ms": 10, "status_code": 201, "method": "POST", "impersonated_user_id": "u1" });
    assert_eq!(event.data, *data.as_object().unwrap());
}

#[tokio::test]
async fn filters_and_pages() {
    let (store, app) = store_with_app().await;
    let mut tx = store.pool.begin().await.unwrap();
    for (kind, name) in [
        (AuditKind::FunctionDeploy, "a"),
        (AuditKind::FunctionDeploy, "b"),
        (AuditKind::AppCorsUpdate, "cors"),
        (AuditKind::FunctionInvoke, "a"),
    ] {
        super::write(&mut tx, app.as_str(), &event(kind, name)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let all = read(&store, &app, AuditQuery::default()).await;
    assert_eq!(kinds(&all), ["function.invoke", "app.config.cors", "function.deploy", "function.deploy"]);
    let text = |text: &str| Some(text.to_owned());
    let none = AuditQuery::default();
    for (query, count) in [
        (AuditQuery { category: text("admin"), ..none.clone() }, 3),
        (AuditQuery { event_type: text("function.deploy"), ..none.clone() }, 2),
        (AuditQuery { action: text("invoke"), ..none.clone() }, 1),
        (AuditQuery { resource_type: text("function"), resource_id: text("a"), ..none.clone() }, 2),
        (AuditQuery { actor_id: text(&Uuid::nil().to_string()), ..none.clone() }, 4),
        (AuditQuery { actor_id: text("' OR true --"), ..none.clone() }, 0),
        (AuditQuery { from: Some(all[1].created_at), ..none.clone() }, 2),
        (AuditQuery { to: Some(all[1].created_at), ..none.clone() }, 2),
        (AuditQuery { offset: 3, ..none.clone() }, 1),
        (AuditQuery { limit: 2, ..none.clone() }, 2),
    ] {
        assert_eq!(read(&store, &app, query.clone()).await.len(), count, "{query:?}");
    }
    let page = store.audit().page(&app, &AuditQuery { limit: 1, offset: 1, ..none.clone() }).await.unwrap();
    assert_eq!((page.total, page.records), (4, all[1..2].to_vec()));
    assert_eq!(read(&store, &AppId::random().unwrap(), none).await, []);
}

#[tokio::test]
async fn a_page_on_and_past_its_limit() {
    let (store, app) = store_with_app().await;
    let fill = "INSERT INTO ramekin.audit_events (id, app_id, category, event_type, action, resource_type, resource_id,
                                                  actor_type, actor_id, created_at)
                SELECT gen_random_uuid(), $1, 'admin', 'x', 'update', 'app', '', 'api_key', '', now()
                FROM generate_series(1, 501)";
    sqlx::query(fill).bind(app.as_str()).execute(&store.pool).await.unwrap();
    for (limit, count) in [(MAX_AUDIT_PAGE, 500), (MAX_AUDIT_PAGE + 1, 500), (499, 499)] {
        let query = AuditQuery { limit, ..AuditQuery::default() };
        let page = store.audit().page(&app, &query).await.unwrap();
        assert_eq!((page.records.len(), page.total), (count, 501));
    }
}
