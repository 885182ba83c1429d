//! Servers that end and come back.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Context as _, Result, bail, ensure, process, report, runtime};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// Functions that are deployed and called while the server is killed.
const FUNCTIONS: usize = 6;
/// How long the load lasts before.
const LOAD: Duration = Duration::from_secs(2);
/// How long the database of a killed server may take to go.
const GONE: Duration = Duration::from_secs(15);

fn version(number: u64) -> String {
    format!("export default () => Response.json({{ version: {number} }});")
}

pub fn a_killed_server_comes_back_with_all_it_acknowledged() -> Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &Setup::default())?;
    let acknowledged: Arc<Vec<AtomicU64>> = Arc::new((0..FUNCTIONS).map(|_| AtomicU64::new(0)).collect());
    let (app, load) = runtime()?.block_on(async {
        let app = App::create(server.client(), "crash").await?;
        for at in 0..FUNCTIONS {
            app.deploy(&format!("f{at}"), &version(0), &json!({})).await?;
        }
        let mut load = JoinSet::new();
        for at in 0..FUNCTIONS {
            load.spawn(deploy_again_and_again(app.clone(), at, Arc::clone(&acknowledged)));
            load.spawn(call_again_and_again(app.clone(), at));
        }
        tokio::time::sleep(LOAD).await;
        Result::<_>::Ok((app, load))
    })?;
    server.kill()?;
    runtime()?.block_on(async { drop(load) });

    let left = process::none_below(home.path(), GONE);
    ensure!(left.is_empty(), "processes outlived the killed server: {left:?}");

    let server = Server::start(&home, &Setup::default())?;
    let deploys: u64 = acknowledged.iter().map(|version| version.load(Ordering::Relaxed)).sum();
    report::figure(
        "crash",
        format_args!("{deploys} deploys before the kill; ready again after {:?}", server.ready_after),
    );
    ensure!(deploys > 0, "the load made no deploy, so nothing was proven");
    runtime()?.block_on(async {
        let app = App { client: server.client(), ..app };
        for (at, acknowledged) in acknowledged.iter().enumerate() {
            let acknowledged = acknowledged.load(Ordering::Relaxed);
            let served = app.get(&format!("f{at}")).await?.expect(200)?.json()?;
            let served = served.get("version").and_then(Value::as_u64).context("an answer without its version")?;
            // The deploy that was under way may have been stored without an answer.
            let fits = served == acknowledged || served == acknowledged + 1;
            ensure!(fits, "f{at} serves version {served}, but {acknowledged} was acknowledged");
        }
        // Deploying works as before.
        app.deploy("f0", &version(1_000_000), &json!({})).await?;
        let served = app.get("f0").await?.expect(200)?.text();
        ensure!(served.contains("1000000"), "f0 serves {served} after another deploy");
        Ok(())
    })?;
    server.stop()
}

async fn deploy_again_and_again(app: App, at: usize, acknowledged: Arc<Vec<AtomicU64>>) {
    for number in 1.. {
        if app.deploy(&format!("f{at}"), &version(number), &json!({})).await.is_err() {
            return;
        }
        if let Some(slot) = acknowledged.get(at) {
            slot.store(number, Ordering::Relaxed);
        }
    }
}

async fn call_again_and_again(app: App, at: usize) {
    while app.get(&format!("f{at}")).await.is_ok() {}
}

pub fn a_restarted_server_has_its_functions() -> Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &Setup::default())?;
    let functions = [
        ("plain", "let calls = 0; export default () => Response.json({ calls: ++calls });", json!({ "calls": 1 })),
        (
            "sealed",
            "const word = Deno.env.get('WORD'); export default () => Response.json({ word });",
            json!({ "word": "sesame" }),
        ),
        (
            "per-request",
            "const id = crypto.randomUUID(); export default () => Response.json({ length: id.length });",
            json!({ "length": 36 }),
        ),
        ("variable", "export default (_, ctx) => Response.json({ word: ctx.env.WORD });", json!({ "word": "sesame" })),
    ];
    let check = |app: App| {
        let functions = &functions;
        async move {
            for (name, _, expected) in functions {
                let answer = app.get(name).await?.expect(200)?.json()?;
                ensure!(answer == *expected, "{name} answered {answer} instead of {expected}");
            }
            Result::<_>::Ok(())
        }
    };
    let app = runtime()?.block_on(async {
        let app = App::create(server.client(), "restart").await?;
        for (name, code, _) in &functions {
            app.deploy(name, code, &json!({ "envVars": { "WORD": "sesame" }, "timeoutMs": 5000 })).await?;
        }
        check(app.clone()).await?;
        // Deleted before the end, gone after it.
        app.deploy("gone", &version(0), &json!({})).await?;
        let delete = Sent::new("DELETE", format!("/v1/{}/functions/gone", app.id)).as_owner();
        app.client.send(&delete).await?.expect(200)?;
        Result::<_>::Ok(app)
    })?;
    server.stop()?;

    let server = Server::start(&home, &Setup::default())?;
    report::figure("restart", format_args!("ready again after {:?}", server.ready_after));
    runtime()?.block_on(async {
        let app = App { client: server.client(), ..app };
        check(app.clone()).await?;
        app.get("gone").await?.expect(404)?;
        let detail = app
            .client
            .send(&Sent::get(format!("/v1/{}/functions/plain", app.id)).as_owner())
            .await?
            .expect(200)?
            .json()?;
        ensure!(detail.get("timeoutMs") == Some(&json!(5000)), "the settings are {detail}");
        // The calls of both servers are in one log.
        let logs = app.logs("plain", "").await?;
        let rows = logs.get("logs").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(rows == 2, "the log has {rows} rows instead of 2: {logs}");
        Ok(())
    })?;
    server.stop()
}

pub fn a_second_server_on_the_same_data_is_refused() -> Result<()> {
    let home = Home::new()?;
    let server = Server::start(&home, &Setup::default())?;
    let Err(refused) = Server::start(&home, &Setup::default()) else { bail!("two servers run on the same data") };
    let text = format!("{refused:#}");
    ensure!(text.contains("error: ") && text.contains("data"), "the second server said: {text}");
    // The first one is none the worse for it.
    runtime()?.block_on(server.client().send(&Sent::get("/health/ready")))?.expect(200)?;
    server.stop()
}
