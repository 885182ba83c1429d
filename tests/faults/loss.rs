//! Two servers on a PostgreSQL that is neither's, and one of them is killed.

use crate::nodes::on;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{Context as _, Result, bail, ensure, report, runtime};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const KEY: &str = "RAMEKIN_ENCRYPTION_KEY";
/// Functions that are deployed over and over, half of them on each server, and called on both.
const FUNCTIONS: usize = 6;
/// How long that goes on at least before one server is killed, and after.
const LOAD: Duration = Duration::from_secs(2);
/// For every function to be deployed in that time, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// For news of the last deploys to reach the server that is left.
const SOON: Duration = Duration::from_secs(5);

fn version(number: u64) -> String {
    format!("export default () => Response.json({{ version: {number} }});")
}

fn name(at: usize) -> String {
    format!("f{at}")
}

/// What is known of the load.
#[derive(Default)]
struct Seen {
    /// The newest version of each function whose deploy was acknowledged.
    acknowledged: [AtomicU64; FUNCTIONS],
    /// Calls that the server that is left has answered.
    served: AtomicU64,
    over: AtomicBool,
}

impl Seen {
    /// Waits until it is so of the newest version of each function.
    async fn wait(&self, good: impl Fn(usize, u64) -> bool) -> Result<()> {
        let begun = Instant::now();
        let versions = || self.acknowledged.iter().map(|version| version.load(Ordering::Relaxed)).enumerate();
        while !versions().all(|(at, version)| good(at, version)) {
            ensure!(begun.elapsed() < PATIENCE, "the deploys are {:?}", versions().collect::<Vec<_>>());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

pub fn one_of_two_servers_is_killed_and_nothing_is_lost() -> Result<()> {
    let setup = Setup::default().with(KEY, "1".repeat(64));
    // This one lends its database, and does nothing else.
    let database = Server::new(&setup)?;
    let setup = setup.with("DATABASE_URL", database.home().database_url()?);
    let left = Server::start(&Home::new()?, &setup)?;
    let killed = Server::start(&Home::new()?, &setup)?;
    let seen = Arc::<Seen>::default();
    let (app, deploys, calls, others) = runtime()?.block_on(async {
        let app = App::create(left.client(), "loss").await?;
        for at in 0..FUNCTIONS {
            app.deploy(&name(at), &version(0), &json!({})).await?;
        }
        let other = on(&app, &killed);
        let (mut deploys, mut calls, mut others) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
        for at in 0..FUNCTIONS {
            wait_for(&other, at, 0).await?;
            calls.spawn(call_again_and_again(app.clone(), at, Arc::clone(&seen)));
            others.spawn(call_until_it_is_gone(other.clone(), at));
            let server = if at % 2 == 0 { &app } else { &other };
            deploys.spawn(deploy_again_and_again(server.clone(), at, Arc::clone(&seen)));
        }
        tokio::time::sleep(LOAD).await;
        seen.wait(|_, version| version >= 2).await.context("before the kill")?;
        Result::<_>::Ok((app, deploys, calls, others))
    })?;
    killed.kill()?;
    let before: Vec<u64> = seen.acknowledged.iter().map(|version| version.load(Ordering::Relaxed)).collect();
    runtime()?.block_on(async {
        tokio::time::sleep(LOAD).await;
        // Those that are deployed on the server that is left go on.
        let went_on = |at: usize, version| at % 2 == 1 || before.get(at).is_some_and(|&before| version > before);
        seen.wait(went_on).await.context("after the kill")?;
        seen.over.store(true, Ordering::Relaxed);
        for mut load in [calls, deploys, others] {
            while let Some(done) = load.join_next().await {
                done??;
            }
        }
        for (at, version) in seen.acknowledged.iter().enumerate() {
            // The killed server's last deploy may have been stored without an answer; so may none that was answered be lost.
            let version = version.load(Ordering::Relaxed);
            let served = wait_for(&app, at, version).await?;
            let more = u64::from(at % 2 == 1);
            ensure!(served <= version + more, "{} serves version {served}, and {version} was acknowledged", name(at));
            // Nothing of the killed server is in the way.
            app.deploy(&name(at), &self::version(1_000_000), &json!({})).await?;
            ensure!(wait_for(&app, at, 1_000_000).await? == 1_000_000, "{} is not as it was deployed last", name(at));
        }
        let deploys: u64 = before.iter().sum();
        let served = seen.served.load(Ordering::Relaxed);
        report::figure(
            "loss",
            format_args!("{deploys} deploys before the kill; {served} calls of the server that is left"),
        );
        Result::<_>::Ok(())
    })?;
    // Another one in its place knows everything.
    let next = Server::start(&Home::new()?, &setup)?;
    runtime()?.block_on(async {
        for at in 0..FUNCTIONS {
            ensure!(wait_for(&on(&app, &next), at, 1_000_000).await? == 1_000_000, "{} is an older one", name(at));
        }
        Result::<_>::Ok(())
    })?;
    next.stop()?;
    left.stop()?;
    database.stop()
}

/// The version that is served, once it is at least this one.
async fn wait_for(app: &App, at: usize, version: u64) -> Result<u64> {
    let begun = Instant::now();
    loop {
        let answer = app.get(&name(at)).await?;
        if answer.status == 200 {
            let served =
                answer.json()?.get("version").and_then(Value::as_u64).context("an answer without its version")?;
            if served >= version {
                return Ok(served);
            }
        }
        if begun.elapsed() > SOON {
            bail!(
                "{} answers {} {} after {SOON:?}; {version} was acknowledged",
                name(at),
                answer.status,
                answer.text()
            );
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Every call is served, and no version comes after a later one.
async fn call_again_and_again(app: App, at: usize, seen: Arc<Seen>) -> Result<()> {
    let mut newest = 0;
    while !seen.over.load(Ordering::Relaxed) {
        let answer = app.get(&name(at)).await?.expect(200)?;
        let served = answer.json()?.get("version").and_then(Value::as_u64).context("an answer without its version")?;
        ensure!(served >= newest, "{} served version {served} after {newest}", name(at));
        newest = served;
        seen.served.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Until there is no answer.
async fn call_until_it_is_gone(app: App, at: usize) -> Result<()> {
    while let Ok(answer) = app.get(&name(at)).await {
        // The answer that was under way when it was killed is cut off.
        ensure!(answer.status == 200 || answer.broken.is_some(), "a call was answered {}", answer.status);
    }
    Ok(())
}

async fn deploy_again_and_again(app: App, at: usize, seen: Arc<Seen>) -> Result<()> {
    for number in 1.. {
        if seen.over.load(Ordering::Relaxed) {
            break;
        }
        match app.try_deploy(&json!({ "name": name(at), "code": version(number), "triggers": [{ "type": "http", "config": { "auth": "none" } }] })).await {
            Ok(answer) if answer.broken.is_none() => {
                answer.expect(200).with_context(|| format!("deploying {}", name(at)))?;
                if let Some(slot) = seen.acknowledged.get(at) {
                    slot.store(number, Ordering::Relaxed);
                }
            }
            // Of the killed one.
            Ok(_) | Err(_) if at % 2 == 1 => break,
            Ok(answer) => bail!("the answer to a deploy broke off: {:?}", answer.broken),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
