//! Two servers on one database.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Context as _, Result, ensure, runtime};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const KEY: &str = "RAMEKIN_ENCRYPTION_KEY";
const CODE: &str = "const top = Deno.env.get('WORD') ?? null;
    export const handler = (_, { env, user, caller }) =>
        Response.json({ top, word: env.WORD ?? null, shared: env.SHARED ?? null, user, caller });";
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
