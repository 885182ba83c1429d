//! `ramekin keys rotate`.

use crate::nodes::on;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup, run};
use ramekin_tests::{Context as _, Result, ensure, runtime};
use serde_json::{Value, json};
use std::sync::Arc;

const KEY: &str = "RAMEKIN_ENCRYPTION_KEY";
const OLD: &str = "RAMEKIN_OLD_ENCRYPTION_KEYS";
const CODE: &str = "export const handler = (_, { env, caller }) =>
    Response.json({ own: env.OWN ?? null, shared: env.SHARED ?? null, caller: caller.type });";
const ROTATE: &[&str] = &["keys", "rotate"];
const EMAIL: &str = "a@example.org";
const PASSWORD: &str = "Sesame-open-1";

/// An app with something of each kind that is encrypted. Returns it with a token of its user.
async fn app(server: &Server) -> Result<(App, String)> {
    let app = App::create(server.client(), "rotation").await?;
    let webhook = json!([{ "type": "http", "config": { "auth": "none" } },
                         { "type": "webhook", "config": { "provider": "custom", "secret": "s" } }]);
    app.deploy("f", CODE, &json!({ "envVars": { "OWN": "own" }, "triggers": webhook })).await?;
    app.set_env(None, &json!({ "SHARED": "shared" })).await?;
    app.sign_up(EMAIL, PASSWORD).await?;
    let token = token(&app).await?;
    Ok((app, token))
}

async fn token(app: &App) -> Result<String> {
    let session = app.log_in(EMAIL, PASSWORD).await?;
    Ok(session.get("access_token").and_then(Value::as_str).context("no token")?.to_owned())
}

/// Everything that needs a key works, tokens of before included.
async fn works(app: &App, before: &str) -> Result<()> {
    for token in [before.to_owned(), token(app).await?] {
        let answer = app.get_with("f", &token).await?.expect(200)?.json()?;
        let expected = json!({ "own": "own", "shared": "shared", "caller": "end_user_jwt" });
        ensure!(answer == expected, "the function saw {answer}");
    }
    Ok(())
}

fn works_after_a_start(home: &Arc<Home>, setup: &Setup, app: &App, before: &str) -> Result<()> {
    let server = Server::start(home, setup)?;
    runtime()?.block_on(works(&on(app, &server), before))?;
    server.stop()
}

fn rotates(home: &Home, setup: &Setup) -> Result<String> {
    let (code, text) = run(home, ROTATE, setup)?;
    ensure!(code == Some(0), "it ended with {code:?}: {text}");
    Ok(text)
}

pub fn keys_rotate_and_nothing_is_lost() -> Result<()> {
    let home = Home::new()?;
    let plain = Setup::default();
    let nothing = run(&home, ROTATE, &plain)?;
    ensure!(nothing.0 == Some(5) && nothing.1.contains("--data-dir"), "without data it said {nothing:?}");
    let server = Server::start(&home, &plain)?;
    let (app, token) = runtime()?.block_on(self::app(&server))?;
    let running = run(&home, ROTATE, &plain)?;
    ensure!(running.0 != Some(0) && running.1.contains("stop it"), "beside a server it said {running:?}");
    server.stop()?;

    let key_file = home.data().join("secret.key");
    let first = std::fs::read_to_string(&key_file)?;
    let text = rotates(&home, &plain)?;
    for kind in ["variables of functions", "variables of apps", "signing keys", "function keys", "secrets of webhooks"]
    {
        ensure!(text.contains(&format!("1 {kind}")), "it said {text}");
    }
    let second = std::fs::read_to_string(&key_file)?;
    ensure!(second.lines().count() == 1 && second != first, "the key file is not renewed");
    ensure!(!text.contains(second.trim()), "the key was printed");
    works_after_a_start(&home, &plain, &app, &token)?;

    // Interrupted after the new key was written and before anything was encrypted with it.
    let third = format!("{}\n{second}", "7".repeat(64));
    std::fs::write(&key_file, &third)?;
    works_after_a_start(&home, &plain, &app, &token)?;
    rotates(&home, &plain)?;
    let after = std::fs::read_to_string(&key_file)?;
    ensure!(after.trim() == "7".repeat(64), "it made yet another key instead of going on");
    works_after_a_start(&home, &plain, &app, &token)?;

    // A key that is not known is not given up for lost.
    let fourth = Setup::default().with(KEY, "8".repeat(64));
    let (code, text) = run(&home, ROTATE, &fourth)?;
    ensure!(code == Some(1) && text.contains("signing keys: app_") && text.contains(OLD), "it said {code:?} {text}");
    rotates(&home, &fourth.clone().with(OLD, "7".repeat(64)))?;
    works_after_a_start(&home, &fourth, &app, &token)?;
    let again = rotates(&home, &fourth)?;
    ensure!(again.contains("Nothing had to be"), "it said {again}");
    Ok(())
}

pub fn keys_rotate_while_servers_run() -> Result<()> {
    let (old, new) = ("1".repeat(64), "2".repeat(64));
    let home = Home::new()?;
    let server = Server::start(&home, &Setup::default().with(KEY, old.as_str()))?;
    let (app, token) = runtime()?.block_on(self::app(&server))?;
    server.stop()?;

    let both = Setup::default().with(KEY, new.as_str()).with(OLD, old.as_str());
    let first = Server::start(&home, &both)?;
    let url = home.database_url()?;
    let file = run(first.home(), ROTATE, &Setup::default().with("DATABASE_URL", url.as_str()))?;
    ensure!(file.0 == Some(1) && file.1.contains("stop every server"), "with a key file it said {file:?}");
    rotates(&home, &both.clone().with("DATABASE_URL", url.as_str()))?;
    runtime()?.block_on(works(&on(&app, &first), &token))?;
    first.stop()?;
    works_after_a_start(&home, &Setup::default().with(KEY, new.as_str()), &app, &token)?;
    Ok(())
}
