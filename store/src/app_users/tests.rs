use super::{NewAppUser, Rotation};
use crate::testing::store_with_app;
use crate::{Store, StoreError};
use ramekin_model::{AppId, AppUser, limits};
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
    assert_eq!(
        store.app_users().rotate(&other, &hash('a'), &hash('b')).await.unwrap(),
        Rotation::Unknown,
        "of another app"
    );
    let uses = (0..10).map(|n| {
        let (store, app) = (store.clone(), app.clone());
        tokio::spawn(async move {
            match store.app_users().rotate(&app, &hash('a'), &n.to_string().repeat(64)).await.unwrap() {
                Rotation::Next(user) => Some((user.id, n)),
                // Whoever comes second at the same time ends nothing.
                other => {
                    assert_eq!(other, Rotation::Unknown);
                    None
                }
            }
        })
    });
    let mut won = Vec::new();
    for used in uses.collect::<Vec<_>>() {
        won.extend(used.await.unwrap());
    }
    let [(user, next)] = won[..] else { panic!("{won:?}") };
    assert_eq!(user, id);
    let next: String = next.to_string().repeat(64);
    let next = store.app_users().rotate(&app, &next, &hash('c')).await.unwrap();
    assert!(matches!(next, Rotation::Next(_)), "the next one is good");
    assert_eq!(store.app_users().rotate(&app, &hash('f'), &hash('d')).await.unwrap(), Rotation::Unknown);
}

/// As if everything had happened so many seconds earlier.
async fn later(store: &Store, seconds: u32) {
    let earlier = "UPDATE ramekin.app_refresh_tokens SET revoked_at = revoked_at - make_interval(secs => $1)";
    sqlx::query(earlier).bind(f64::from(seconds)).execute(&store.pool).await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_used_twice_ends_what_came_of_its_log_in() {
    let (store, app) = store_with_app().await;
    let id = user(&store, &app).await.id;
    let rotate = async |used, next| store.app_users().rotate(&app, &hash(used), &hash(next)).await.unwrap();
    store.app_users().sign_in(id, &hash('a')).await.unwrap();
    store.app_users().sign_in(id, &hash('1')).await.unwrap();
    assert!(matches!(rotate('a', 'b').await, Rotation::Next(_)));
    assert!(matches!(rotate('b', 'c').await, Rotation::Next(_)));
    later(&store, limits::REFRESH_GRACE_SECONDS - 1).await;
    assert_eq!(rotate('a', 'd').await, Rotation::Unknown, "a client that has asked twice");
    assert!(matches!(rotate('c', 'd').await, Rotation::Next(_)), "goes on");
    later(&store, 2).await;
    assert_eq!(rotate('a', 'e').await, Rotation::Reused(id));
    assert_eq!(rotate('d', 'e').await, Rotation::Unknown, "whoever has it");
    assert!(matches!(rotate('1', '2').await, Rotation::Next(_)), "another log-in is another matter");
    assert_eq!(rotate('a', 'e').await, Rotation::Unknown, "there is nothing left to end");
}

#[tokio::test]
async fn tokens_of_a_release_without_families_are_good() {
    let (store, app) = store_with_app().await;
    let id = user(&store, &app).await.id;
    store.app_users().sign_in(id, &hash('a')).await.unwrap();
    sqlx::query("UPDATE ramekin.app_refresh_tokens SET family = NULL").execute(&store.pool).await.unwrap();
    let rotate = async |used, next| store.app_users().rotate(&app, &hash(used), &hash(next)).await.unwrap();
    assert!(matches!(rotate('a', 'b').await, Rotation::Next(_)));
    later(&store, limits::REFRESH_GRACE_SECONDS + 1).await;
    assert_eq!(rotate('a', 'c').await, Rotation::Reused(id), "it has got one");
}

#[tokio::test]
async fn nothing_that_has_expired_piles_up() {
    let (store, app) = store_with_app().await;
    let id = user(&store, &app).await.id;
    store.app_users().sign_in(id, &hash('a')).await.unwrap();
    store.app_users().rotate(&app, &hash('a'), &hash('b')).await.unwrap();
    let expire = "UPDATE ramekin.app_refresh_tokens SET expires_at = now() - interval '1 second' WHERE token_hash = $1";
    sqlx::query(expire).bind(hash('a')).execute(&store.pool).await.unwrap();
    store.app_users().rotate(&app, &hash('b'), &hash('c')).await.unwrap();
    let left: Vec<String> = sqlx::query_scalar("SELECT token_hash FROM ramekin.app_refresh_tokens ORDER BY 1")
        .fetch_all(&store.pool)
        .await
        .unwrap();
    assert_eq!(left, [hash('b'), hash('c')], "who never logs in again leaves none behind either");
}

#[tokio::test]
async fn signing_out_waits_for_a_token_that_is_being_given_out() {
    let (store, app) = store_with_app().await;
    let id = user(&store, &app).await.id;
    store.app_users().sign_in(id, &hash('a')).await.unwrap();
    // Another server is in the middle of a refresh.
    let mut refresh = store.pool.begin().await.unwrap();
    let lock = "SELECT id FROM ramekin.app_users WHERE id = $1 FOR NO KEY UPDATE";
    sqlx::query(lock).bind(id).execute(&mut *refresh).await.unwrap();
    let add = "INSERT INTO ramekin.app_refresh_tokens (user_id, token_hash, expires_at, family)
               VALUES ($1, $2, now() + interval '1 day', gen_random_uuid())";
    sqlx::query(add).bind(id).bind(hash('b')).execute(&mut *refresh).await.unwrap();
    let signing_out = tokio::spawn({
        let store = store.clone();
        async move { store.app_users().sign_out(id).await }
    });
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&store.pool).await.unwrap() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    refresh.commit().await.unwrap();
    signing_out.await.unwrap().unwrap();
    let rotated = store.app_users().rotate(&app, &hash('b'), &hash('c')).await.unwrap();
    assert_eq!(rotated, Rotation::Unknown, "it was given out before the user was signed out");
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
    assert_eq!(store.app_users().rotate(&app, &hash('a'), &hash('d')).await.unwrap(), Rotation::Unknown);
    store.app_users().sign_in(id, &hash('e')).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM ramekin.app_refresh_tokens").fetch_one(&store.pool).await.unwrap();
    assert_eq!(count, 3, "what has expired goes at the next log-in");
    store.app_users().sign_out(id).await.unwrap();
    for digit in ['b', 'c', 'e'] {
        let rotated = store.app_users().rotate(&app, &hash(digit), &hash('f')).await.unwrap();
        assert_eq!(rotated, Rotation::Unknown, "{digit}");
    }
    store.app_users().sign_in(Uuid::new_v4(), &hash('9')).await.unwrap_err();
}
