//! The database goes away and comes back.

use ramekin_tests::client::{Answer, Sent};
use ramekin_tests::owner::App;
use ramekin_tests::process::Still;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{Context as _, Result, bail, ensure, process, report, runtime};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

const HELLO: &str = "export default () => new Response('hello');";
/// Calls made while it is away.
const CALLS: usize = 20;
/// How long it may take to come back.
const BACK: Duration = Duration::from_secs(30);

/// Asks how many sessions the server has: in the database of the app, and in the platform's.
const QUERY: &str = "export default async (_, ctx) => Response.json((await ctx.db.query(`
    SELECT count(*) FILTER (WHERE datname = current_database())::int AS app,
           count(*) FILTER (WHERE datname = 'ramekin')::int AS platform FROM pg_stat_activity`)).rows[0]);";
/// `timeoutMs` of it: longer than a connection is waited for, so that both ways to fail are seen.
const TIMEOUT_MS: u64 = 4_000;
/// What a busy machine may add to it.
const SLACK: Duration = Duration::from_secs(2);
/// Clients that call all the time, and the pause of each between its calls.
const HELLOS: usize = 20;
const QUERIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(50);
/// How long the clients call before the database stands still, how long it does, and how long they go on.
const PHASES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(30), Duration::from_secs(10)];
/// How long calls may still fail afterwards.
const RECOVERY: Duration = Duration::from_secs(8);
/// Three quarters of `RAMEKIN_DATABASE_CONNECTIONS`.
const APP_SESSIONS: u64 = 15;
/// The pool of the server, the connection that it hears of changes on, and one for administration.
const PLATFORM_SESSIONS: u64 = 12;

pub fn functions_serve_while_the_database_is_away() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "away").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        app.get("hello").await?.expect(200)?;

        let processes = process::below(server.home().path());
        let postgres =
            processes.iter().find(|found| found.command.contains("postgres -D")).context("no PostgreSQL runs")?;
        process::kill(postgres)?;
        let killed = Instant::now();
        for _ in 0..CALLS {
            app.get("hello").await?.expect(200).context("a call while the database was away")?;
        }

        let ready = Sent::get("/health/ready");
        while app.client.send(&ready).await?.status != 200 {
            if killed.elapsed() > BACK {
                bail!("the database was not back after {BACK:?}");
            }
            sleep(Duration::from_millis(100)).await;
        }
        report::figure("database", format_args!("back {:?} after it was killed", killed.elapsed()));
        app.deploy("hello", HELLO, &json!({})).await?;
        let logs = app.logs("hello", "").await?;
        let rows = logs.get("logs").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(rows == CALLS + 1, "the log has {rows} of {} calls", CALLS + 1);
        Result::<_>::Ok(())
    })?;
    server.stop()
}

/// What calls came to.
#[derive(Default)]
struct Outcome {
    served: u64,
    /// When others ended.
    failed: Vec<Instant>,
    slowest: Duration,
}

impl Outcome {
    fn calls(&self) -> u64 {
        self.served + self.failed.len() as u64
    }
}

pub fn functions_that_query_go_on_after_the_database_stood_still() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    let home = Arc::clone(server.home());
    runtime()?.block_on(async {
        let app = App::create(server.client(), "still").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        app.deploy("query", QUERY, &json!({ "timeoutMs": TIMEOUT_MS })).await?;
        let over = Arc::<AtomicBool>::default();
        let (mut hellos, mut queries) = (JoinSet::new(), JoinSet::new());
        for _ in 0..HELLOS {
            hellos.spawn(call_until(app.clone(), "hello", Arc::clone(&over)));
        }
        for _ in 0..QUERIES {
            queries.spawn(call_until(app.clone(), "query", Arc::clone(&over)));
        }
        let [before, standing, after] = PHASES;
        sleep(before).await;
        let still = Still::of(home.path(), "postgres");
        ensure!(still.processes().len() > 1, "only {:?} stand still", still.processes());
        sleep(standing).await;
        drop(still);
        let back = Instant::now();
        sleep(after).await;
        over.store(true, Ordering::Relaxed);
        let (hellos, queries) = (all(hellos).await?, all(queries).await?);

        ensure!(queries.failed.iter().any(|&at| at < back), "no query failed, so nothing was proven");
        let last = queries.failed.iter().map(|at| at.saturating_duration_since(back)).max().unwrap_or_default();
        report::figure(
            "still",
            format_args!(
                "{} calls with queries served and {} failed within {:?}, the last one {last:?} after the database was back; \
                 {} others served within {:?}",
                queries.served,
                queries.failed.len(),
                queries.slowest,
                hellos.served,
                hellos.slowest
            ),
        );
        ensure!(last < RECOVERY, "a call failed {last:?} after the database was back");
        let more = no_session_is_left(&app).await?;
        every_call_is_recorded(&app, hellos.calls() + queries.calls() + more).await
    })?;
    server.stop()?;
    let log = home.log();
    let panic = log.lines().find(|line| line.contains("panicked"));
    ensure!(panic.is_none(), "the server's log has a panic: {panic:?}");
    Ok(())
}

/// Calls again and again. A call that queries may fail, within its limit and with an error that says why; others may not.
async fn call_until(app: App, function: &'static str, over: Arc<AtomicBool>) -> Result<Outcome> {
    let limit = Duration::from_millis(TIMEOUT_MS) + SLACK;
    let call = Sent::get(app.path(function)).within(limit);
    let mut outcome = Outcome::default();
    while !over.load(Ordering::Relaxed) {
        let answer = app.client.send(&call).await.with_context(|| format!("a call of `{function}`"))?;
        outcome.slowest = outcome.slowest.max(answer.total);
        if answer.status == 200 {
            outcome.served += 1;
        } else {
            let clear = function == "query" && says_why(&answer)?;
            ensure!(clear, "a call of `{function}` was answered with {}: {}", answer.status, answer.text());
            outcome.failed.push(Instant::now());
        }
        sleep(PAUSE).await;
    }
    Ok(outcome)
}

fn says_why(answer: &Answer) -> Result<bool> {
    let body = answer.json()?;
    let error = body.get("error").and_then(Value::as_str).unwrap_or_default();
    Ok(match answer.status {
        500 => error.to_lowercase().contains("database"),
        504 => error == "function_timeout",
        _ => false,
    })
}

async fn all(mut clients: JoinSet<Result<Outcome>>) -> Result<Outcome> {
    let mut all = Outcome::default();
    while let Some(one) = clients.join_next().await {
        let one = one??;
        all.served += one.served;
        all.failed.extend(one.failed);
        all.slowest = all.slowest.max(one.slowest);
    }
    Ok(all)
}

/// Waits until the server has no more sessions than it may have. Returns how many calls that took.
async fn no_session_is_left(app: &App) -> Result<u64> {
    let begun = Instant::now();
    for calls in 1.. {
        let counts = app.get("query").await?.expect(200)?.json()?;
        let within = |name: &str, limit: u64| counts.get(name).and_then(Value::as_u64).is_some_and(|n| n <= limit);
        if within("app", APP_SESSIONS) && within("platform", PLATFORM_SESSIONS) {
            return Ok(calls);
        }
        ensure!(begun.elapsed() < RECOVERY, "{RECOVERY:?} after the last call there are sessions left: {counts}");
        sleep(PAUSE).await;
    }
    bail!("there are no more numbers")
}

/// Waits until each of so many calls is in the log, or counted as dropped.
async fn every_call_is_recorded(app: &App, calls: u64) -> Result<()> {
    let begun = Instant::now();
    loop {
        let mut recorded = 0;
        for function in ["hello", "query"] {
            let detail = Sent::get(format!("/v1/{}/functions/{function}", app.id)).as_owner();
            let detail = app.client.send(&detail).await?.expect(200)?.json()?;
            recorded += detail.get("invocationCount").and_then(Value::as_u64).context("no invocationCount")?;
        }
        let health = app.client.send(&Sent::get("/health/ready")).await?.json()?;
        let dropped = health.pointer("/checks/log/dropped").and_then(Value::as_u64).context("no count of dropped")?;
        if recorded + dropped == calls {
            return Ok(());
        }
        let text = format!("{recorded} calls of {calls} are recorded and {dropped} counted as dropped: {health}");
        ensure!(begun.elapsed() < RECOVERY, "{text}");
        sleep(PAUSE).await;
    }
}
