use super::NewAppUser;
use crate::testing::store_with_app;
use crate::{Store, StoreError};
use ramekin_model::{AppId, AppUser};
use uuid::Uuid;

fn hash(digit: char) -> String {
    digit.to_string().repeat(64)
}

async fn user(store: &Store, app: &AppId) -> AppUser {
    let new = NewAppUser { email: "a@example.org", password_hash: "$argon2id$", display_name: Some("A") };
    store.app_users().create(app, &new).await.unwrap().unwrap()
}

async fn other_app(store: &Store) -> AppId {
    let owner = store.users().ensure_owner().await.unwrap();
    store.apps().create(owner, "other").await.unwrap().0.id
}

#[tokio::test]
async fn an_address_signs_up_once_per_app() {
    let (store, app) = store_with_app().await;
    let other = other_app(&store).await;
    let made = user(&store, &app).await;
    assert_eq!((made.provider.as_str(), made.email_verified, made.last_sign_in_at), ("email", false, None));
    let again = NewAppUser { email: "a@example.org", password_hash: "x", display_name: None };
    assert_eq!(store.app_users().create(&app, &again).await.unwrap(), None);
    let elsewhere = store.app_users().create(&other, &again).await.unwrap().unwrap();
    assert_ne!(elsewhere.id, made.id);
    assert_eq!(store.app_users().by_email(&app, "a@example.org").await.unwrap().as_ref(), Some(&made));
    assert_eq!(store.app_users().by_email(&app, "b@example.org").await.unwrap(), None);
    assert_eq!(store.app_users().get(&app, made.id).await.unwrap().as_ref(), Some(&made));
    assert_eq!(store.app_users().get(&other, made.id).await.unwrap(), None, "of another app");
    let nowhere = store.app_users().create(&AppId::random().unwrap(), &again).await.unwrap_err();
    assert_eq!(nowhere, StoreError::Missing("app of the user"));
    assert!(!format!("{made:?}").contains("argon2id"));
}

#[tokio::test]
async fn a_refresh_token_is_used_once() {
    let (store, app) = store_with_app().await;
    let other = other_app(&store).await;
    let id = user(&store, &app).await.id;
    store.app_users().sign_in(id, &hash('a')).await.unwrap();
    assert!(store.app_users().get(&app, id).await.unwrap().unwrap().last_sign_in_at.is_some());
    assert_eq!(store.app_users().rotate(&other, &hash('a'), &hash('b')).await.unwrap(), None, "of another app");
    let uses = (0..10).map(|n| {
        let (store, app) = (store.clone(), app.clone());
        tokio::spawn(async move {
            store
                .app_users()
                .rotate(&app, &hash('a'), &n.to_string().repeat(64))
                .await
                .unwrap()
                .map(|user| (user.id, n))
        })
    });
    let mut won = Vec::new();
    for used in uses.collect::<Vec<_>>() {
        won.extend(used.await.unwrap());
    }
    let [(user, next)] = won[..] else { panic!("{won:?}") };
    assert_eq!(user, id);
    let next: String = next.to_string().repeat(64);
    assert!(store.app_users().rotate(&app, &next, &hash('c')).await.unwrap().is_some(), "the next one is good");
    assert_eq!(store.app_users().rotate(&app, &hash('f'), &hash('d')).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_with_signing_out() {
    let (store, app) = store_with_app().await;
    let id = user(&store, &app).await.id;
    for digit in ['a', 'b', 'c'] {
        store.app_users().sign_in(id, &hash(digit)).await.unwrap();
    }
    let expire = "UPDATE ramekin.app_refresh_tokens SET expires_at = now() - interval '1 second' WHERE token_hash = $1";
    sqlx::query(expire).bind(hash('a')).execute(&store.pool).await.unwrap();
    assert_eq!(store.app_users().rotate(&app, &hash('a'), &hash('d')).await.unwrap(), None);
    store.app_users().sign_in(id, &hash('e')).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM ramekin.app_refresh_tokens").fetch_one(&store.pool).await.unwrap();
    assert_eq!(count, 3, "what has expired goes at the next log-in");
    store.app_users().sign_out(id).await.unwrap();
    for digit in ['b', 'c', 'e'] {
        assert_eq!(store.app_users().rotate(&app, &hash(digit), &hash('f')).await.unwrap(), None, "{digit}");
    }
    store.app_users().sign_in(Uuid::new_v4(), &hash('9')).await.unwrap_err();
}
