//! Two servers on one database.

use ramekin_tests::client::{Answer, Sent};
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Context as _, Result, ensure, report, runtime};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const KEY: &str = "RAMEKIN_ENCRYPTION_KEY";
const CODE: &str = "const top = Deno.env.get('WORD') ?? null;
    export const handler = (_, { env, user, caller }) =>
        Response.json({ top, word: env.WORD ?? null, shared: env.SHARED ?? null, user, caller });";
const QUERY: &str = "export default async (_, ctx) => Response.json((await ctx.db.query('SELECT 1 AS one')).rows[0]);";
const SLOW: &str =
    "export default () => new Promise((resolve) => setTimeout(() => resolve(new Response('slow')), 2000));";
/// For news to reach the other server.
const SOON: Duration = Duration::from_secs(5);

/// Starts two servers; the second uses the embedded database of the first.
fn two(setup: &Setup) -> Result<(Server, Server)> {
    let first = Server::new(setup)?;
    let url = first.home().database_url()?;
    let second = Server::start(&Home::new()?, &setup.clone().with("DATABASE_URL", url))?;
    Ok((first, second))
}

/// The same app, on another server.
pub fn on(app: &App, server: &Server) -> App {
    App { client: server.client(), ..app.clone() }
}

/// Calls until the answer is as it should be, but not for long.
async fn until(app: &App, token: &str, good: impl Fn(&Value) -> bool) -> Result<Duration> {
    let begun = Instant::now();
    loop {
        let answer = app.get_with("f", token).await?;
        if answer.status == 200 && good(&answer.json()?) {
            return Ok(begun.elapsed());
        }
        ensure!(begun.elapsed() < SOON, "after {SOON:?} the answer is {} {}", answer.status, answer.text());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn what_one_server_changes_the_other_knows() -> Result<()> {
    let (first, second) = two(&Setup::default().with(KEY, "1".repeat(64)))?;
    runtime()?.block_on(async {
        let app = App::create(first.client(), "nodes").await?;
        let other = on(&app, &second);
        app.deploy("f", CODE, &json!({ "envVars": { "WORD": "one" } })).await?;
        until(&other, "none", |answer| answer.get("top") == Some(&json!("one"))).await?;

        app.set_env(Some("f"), &json!({ "WORD": "two" })).await?;
        let own = app.get("f").await?.expect(200)?.json()?;
        ensure!(own.get("top") == Some(&json!("two")), "the next call on the same server saw {own}");
        until(&other, "none", |answer| {
            answer.get("top") == Some(&json!("two")) && answer.get("word") == Some(&json!("two"))
        })
        .await?;
        app.set_env(None, &json!({ "SHARED": "three" })).await?;
        until(&other, "none", |answer| answer.get("shared") == Some(&json!("three"))).await?;
        other.set_env(None, &json!({ "SHARED": "four" })).await?;
        until(&app, "none", |answer| answer.get("shared") == Some(&json!("four"))).await?;

        paused_and_allowed(&app, &other).await?;
        revoked_and_deleted(&app, &other).await?;

        // Both make a key at once; one of them is the key of both.
        app.sign_up("a@example.org", "Sesame-open-1").await?;
        let (here, there) =
            tokio::join!(app.log_in("a@example.org", "Sesame-open-1"), other.log_in("a@example.org", "Sesame-open-1"));
        for session in [here?, there?] {
            let token = session.get("access_token").and_then(Value::as_str).context("no token")?.to_owned();
            for server in [&app, &other] {
                until(server, &token, |answer| answer.pointer("/caller/type") == Some(&json!("end_user_jwt"))).await?;
            }
        }
        let jwks = Sent::get(format!("/auth/{}/.well-known/jwks.json", app.id));
        let (here, there) = (app.client.send(&jwks).await?.json()?, other.client.send(&jwks).await?.json()?);
        ensure!(
            here == there && here.pointer("/keys/0").is_some() && here.pointer("/keys/1").is_none(),
            "{here} {there}"
        );
        Result::<_>::Ok(())
    })?;
    second.stop()?;
    first.stop()
}

pub fn an_app_that_one_server_deletes_is_gone_on_the_other() -> Result<()> {
    let (first, second) = two(&Setup::default().with(KEY, "1".repeat(64)))?;
    runtime()?.block_on(async {
        let app = App::create(first.client(), "going").await?;
        let other = on(&app, &second);
        app.deploy("query", QUERY, &json!({})).await?;
        app.deploy("slow", SLOW, &json!({})).await?;
        app.deploy("f", CODE, &json!({})).await?;
        until(&other, "none", |answer| answer.get("top").is_some()).await?;
        // Both have sessions of its database, and the other one a call that runs.
        for server in [&app, &other] {
            server.get("query").await?.expect(200)?;
        }
        let running = tokio::spawn({
            let other = other.clone();
            async move { other.get("slow").await }
        });
        tokio::time::sleep(Duration::from_millis(200)).await;

        let delete = Sent::new("DELETE", format!("/apps/{}", app.id)).as_owner();
        let deleted = app.client.send(&delete).await?.expect(200)?;
        ensure!(deleted.total < SOON, "it took {:?} to delete the app", deleted.total);
        let begun = Instant::now();
        app.get("f").await?.expect(404)?;
        while other.get("f").await?.status != 404 {
            ensure!(begun.elapsed() < SOON, "the other server serves it {SOON:?} after it was deleted");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let answer = running.await?.context("the call that ran")?.expect(200)?;
        ensure!(answer.body == b"slow", "the call that ran was answered {}", answer.text());
        let status = Sent::get(format!("/apps/{}/status", app.id)).as_owner();
        for server in [&app, &other] {
            server.client.send(&delete).await?.expect(404)?;
            server.client.send(&status).await?.expect(404)?;
            server.get("query").await?.expect(404)?;
        }

        // An app of its name is another one, on both servers.
        let next = App::create(second.client(), "going").await?;
        ensure!(next.id != app.id, "the app came back");
        on(&next, &first).deploy("f", CODE, &json!({})).await?;
        until(&next, "none", |answer| answer.get("top").is_some()).await?;
        Result::<_>::Ok(())
    })?;
    second.stop()?;
    first.stop()
}

/// A key that one server revokes opens nothing on the other, which has used it before; a function that one deletes is not there
/// on the other.
async fn revoked_and_deleted(app: &App, other: &App) -> Result<()> {
    let form = json!({ "name": "k", "key_scope": "app", "target_app_id": app.id });
    let made = app.client.send(&Sent::post("/api-keys", &form).as_owner()).await?.expect(201)?.json()?;
    let field = |name: &str| Result::<_>::Ok(made.get(name).and_then(Value::as_str).context("no key")?.to_owned());
    let (key, id): (String, String) = (field("key")?, field("keyId")?);
    let list =
        |key: &str| Sent::get(format!("/v1/{}/functions", app.id)).header("authorization", format!("Bearer {key}"));
    let is = |kind: &'static str| move |answer: &Value| answer.pointer("/caller/type") == Some(&json!(kind));
    for server in [app, other] {
        until(server, &key, is("service_key")).await?;
        server.client.send(&list(&key)).await?.expect(200)?;
    }
    app.client.send(&Sent::new("DELETE", format!("/api-keys/{id}")).as_owner()).await?.expect(200)?;
    let begun = Instant::now();
    app.client.send(&list(&key)).await?.expect(401)?;
    while other.client.send(&list(&key)).await?.status != 401 {
        ensure!(begun.elapsed() < SOON, "the other server takes the key {SOON:?} after it was revoked");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    report::figure("revoked", format_args!("the other server knew {:?} later", begun.elapsed()));
    until(other, &key, is("anonymous")).await?;

    app.deploy("going", CODE, &json!({})).await?;
    let begun = Instant::now();
    while other.get("going").await?.status != 200 {
        ensure!(begun.elapsed() < SOON, "the other server has it not {SOON:?} after it was deployed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let delete = Sent::new("DELETE", format!("/v1/{}/functions/going", app.id)).as_owner();
    app.client.send(&delete).await?.expect(200)?;
    app.get("going").await?.expect(404)?;
    let begun = Instant::now();
    while other.get("going").await?.status != 404 {
        ensure!(begun.elapsed() < SOON, "the other server serves it {SOON:?} after it was deleted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// What one server is told of an app, the other one goes by.
async fn paused_and_allowed(app: &App, other: &App) -> Result<()> {
    let patch = async |part: &str, body: Value| -> Result<()> {
        let mut change = Sent::post(format!("/v1/{}/config/{part}", app.id), &body).as_owner();
        change.method = "PATCH".into();
        app.client.send(&change).await?.expect(200)?;
        Ok(())
    };
    let soon = async |good: &dyn Fn(&Answer) -> bool| -> Result<()> {
        let call = Sent::get(other.path("f")).header("origin", "https://a.example");
        let begun = Instant::now();
        loop {
            let answer = other.client.send(&call).await?;
            if good(&answer) {
                return Ok(());
            }
            ensure!(begun.elapsed() < SOON, "after {SOON:?} the answer is {} {}", answer.status, answer.text());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    patch("cors", json!({ "allowed_origins": ["https://a.example"] })).await?;
    soon(&|answer| answer.header("access-control-allow-origin") == ["https://a.example"]).await?;
    patch("pause", json!({ "paused": true })).await?;
    ensure!(app.get("f").await?.status == 503, "the next call on the same server was served");
    soon(&|answer| answer.status == 503).await?;
    patch("pause", json!({ "paused": false })).await?;
    ensure!(app.get("f").await?.status == 200, "the next call on the same server was refused");
    soon(&|answer| answer.status == 200).await
}

/// Servers of one database count together what an app has.
pub fn an_app_has_so_many_functions() -> Result<()> {
    let setup = Setup::default().with(KEY, "1".repeat(64)).with("RAMEKIN_MAX_FUNCTIONS", "2");
    let (first, second) = two(&setup)?;
    runtime()?.block_on(async {
        let app = App::create(first.client(), "counted").await?;
        let other = on(&app, &second);
        app.deploy("a", CODE, &json!({})).await?;
        other.deploy("b", CODE, &json!({})).await?;
        for app in [&app, &other] {
            let refused = app.try_deploy(&json!({ "name": "c", "code": CODE })).await?.expect(403)?.json()?;
            let code = refused.pointer("/error/code");
            ensure!(code == Some(&json!("QUOTA_DEPLOYMENT_LIMIT")), "it was refused with {refused}");
        }
        // What is there can be deployed again, and what is deleted makes room.
        app.deploy("a", CODE, &json!({})).await?;
        let delete = Sent::new("DELETE", format!("/v1/{}/functions/b", app.id)).as_owner();
        app.client.send(&delete).await?.expect(200)?;
        app.deploy("c", CODE, &json!({})).await?;
        let revived = app.try_deploy(&json!({ "name": "b", "code": CODE })).await?;
        ensure!(revived.status == 403, "one more than the most was revived");
        Result::<_>::Ok(())
    })?;
    second.stop()?;
    first.stop()
}

pub fn what_one_server_records_the_other_streams() -> Result<()> {
    let (first, second) = two(&Setup::default().with(KEY, "1".repeat(64)))?;
    runtime()?.block_on(async {
        let app = App::create(first.client(), "nodes").await?;
        let other = on(&app, &second);
        app.deploy("f", CODE, &json!({})).await?;
        until(&other, "none", |_| true).await?;
        let mut stream = Sent::get(format!("/v1/{}/functions/f/logs/stream", app.id)).as_owner();
        stream.leave_after = Some(Duration::from_secs(4));
        let client = second.client();
        let following = tokio::spawn(async move { client.send(&stream).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut called = Vec::new();
        for server in [&app, &other, &app] {
            called.extend(server.get("f").await?.expect(200)?.header("x-request-id"));
        }
        let streamed = String::from_utf8_lossy(&following.await??.body).into_owned();
        for id in &called {
            let events = streamed.matches(&format!("\"requestId\":\"{id}\"")).count();
            ensure!(events == 1, "the call {id} was streamed {events} times: {streamed}");
        }
        Result::<_>::Ok(())
    })?;
    second.stop()?;
    first.stop()
}
