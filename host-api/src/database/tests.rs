use super::*;
use crate::{AppInfo, Caller};
use uuid::Uuid;

fn context(user: Option<&str>, kind: CallerType) -> CallContext {
    CallContext {
        function: "f".into(),
        request_id: Uuid::nil(),
        client_ip: None,
        user: user.map(Into::into),
        caller: Caller { kind, ..Caller::anonymous() },
        app: Arc::new(AppInfo {
            id: "app_000000000000".into(),
            name: "app".into(),
            owner_id: Uuid::nil(),
            subdomain: None,
            anon_key: String::new(),
        }),
    }
}

#[test]
fn the_callers_role_is_that_of_its_user_else_the_apps() {
    let user = || SqlIdentity::User("u".into());
    for (user_id, kind, anonymous, expected) in [
        (Some("u"), CallerType::EndUserJwt, AnonymousRole::Service, user()),
        (Some("u"), CallerType::ServiceKey, AnonymousRole::Service, user()),
        (Some("u"), CallerType::Loopback, AnonymousRole::Anon, user()),
        (None, CallerType::ServiceKey, AnonymousRole::Anon, SqlIdentity::Service),
        (None, CallerType::Loopback, AnonymousRole::Anon, SqlIdentity::Service),
        (None, CallerType::Anonymous, AnonymousRole::Service, SqlIdentity::Service),
        (None, CallerType::Anonymous, AnonymousRole::Anon, SqlIdentity::Anon),
    ] {
        assert_eq!(identity(Role::Caller, &context(user_id, kind), anonymous), expected, "{kind:?} {anonymous:?}");
    }
    let caller = context(Some("u"), CallerType::EndUserJwt);
    let named = |role| identity(role, &caller, AnonymousRole::Anon);
    assert_eq!(named(Role::User("other".into())), SqlIdentity::User("other".into()));
    assert_eq!((named(Role::Anon), named(Role::Service)), (SqlIdentity::Anon, SqlIdentity::Service));
}

#[tokio::test(start_paused = true)]
async fn one_more_query_than_may_run_waits_five_seconds() {
    let permits = Arc::new(Semaphore::new(limits::MAX_CALL_CONNECTIONS));
    let ask = || {
        let until = tokio::time::Instant::now().into_std() + WAIT;
        turn(Arc::clone(&permits), until, "connections in use", limits::MAX_CALL_CONNECTIONS)
    };
    let mut open = Vec::new();
    for _ in 0..limits::MAX_CALL_CONNECTIONS {
        open.push(ask().await.unwrap());
    }
    let begun = tokio::time::Instant::now();
    let Err(Error::Unavailable(text)) = ask().await else { panic!("one more was given") };
    assert!(text.starts_with("Database connection timeout (5s)") && text.contains("4 connections in use"), "{text}");
    assert_eq!(begun.elapsed().as_millis() / 10, WAIT.as_millis() / 10);
    open.pop();
    assert!(ask().await.is_ok());
    const { assert!(limits::MAX_OPEN_TRANSACTIONS < limits::MAX_CALL_CONNECTIONS, "a query always finds one") };
}
