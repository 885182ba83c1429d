//! The database is slow, and records of calls pile up: no call waits, memory has a bound, and what is lost is counted.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{Context as _, Result, ensure, process, report, runtime};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Writes a megabyte into its record.
const TALKS: &str = "export default () => {
    for (let line = 0; line < 100; line++) console.log('x'.repeat(10_000));
    return new Response('talked');
};";
/// More than there is room for.
const CALLS: usize = 400;
/// At once.
const CALLERS: usize = 8;
/// What records may take, in MiB.
const ROOM_MIB: u64 = 256;
/// What the server may need besides.
const SLACK_MIB: u64 = 200;
/// What a busy machine may add to a call.
const SLACK: Duration = Duration::from_secs(10);
/// For everything to be written.
const WRITTEN: Duration = Duration::from_secs(90);

/// Records that wait, and those that were dropped, as `/metrics` says.
async fn counted(app: &App) -> Result<(u64, u64)> {
    let body = app.client.send(&Sent::get("/metrics").as_owner()).await?.expect(200)?.body;
    let text = String::from_utf8(body)?;
    let of = |name: &str| {
        let line = text.lines().find(|line| line.split_once(' ').is_some_and(|(said, _)| said == name));
        line.and_then(|line| line.rsplit_once(' ')?.1.parse().ok()).with_context(|| format!("no {name}"))
    };
    Ok((of("ramekin_log_queued")?, of("ramekin_log_dropped_total")?))
}

async fn rows(connection: &mut PgConnection) -> Result<u64> {
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM ramekin.function_invocations").fetch_one(connection).await?;
    Ok(rows.unsigned_abs())
}

pub fn records_that_are_lost_are_counted_to_the_call() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    let (pid, url) = (server.pid(), server.home().database_url()?);
    runtime()?.block_on(async {
        let app = App::create(server.client(), "records").await?;
        app.deploy("talks", TALKS, &json!({})).await?;
        app.get("talks").await?.expect(200)?;
        let options: PgConnectOptions = url.parse()?;
        let (mut locking, mut asking) = (options.connect().await?, options.connect().await?);
        let begun = Instant::now();
        while rows(&mut asking).await? < 1 {
            ensure!(begun.elapsed() < WRITTEN, "the first call was not recorded");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }

        let before = process::resident_kib(pid)?;
        locking.execute("BEGIN; LOCK TABLE ramekin.function_invocations IN ACCESS EXCLUSIVE MODE").await?;
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let app = app.clone();
            callers.spawn(async move {
                let mut slowest = Duration::ZERO;
                for _ in 0..CALLS / CALLERS {
                    slowest = slowest.max(app.get("talks").await?.expect(200)?.total);
                }
                Result::<_>::Ok(slowest)
            });
        }
        let (mut slowest, mut peak) = (Duration::ZERO, before);
        let mut look = tokio::time::interval(Duration::from_millis(50));
        while !callers.is_empty() {
            tokio::select! {
                done = callers.join_next() => if let Some(done) = done { slowest = slowest.max(done??) },
                _ = look.tick() => peak = peak.max(process::resident_kib(pid)?),
            }
        }
        let calls = CALLS as u64;
        let (queued, dropped) = counted(&app).await?;
        ensure!(queued + dropped == calls, "{queued} records wait and {dropped} were dropped, of {calls}");
        ensure!(dropped > 0 && queued > 200, "{queued} records of a megabyte wait, and {dropped} were dropped");
        let grown = peak.saturating_sub(before) / 1024;
        ensure!(grown < ROOM_MIB + SLACK_MIB, "the server grew by {grown} MiB while records waited");
        ensure!(slowest < SLACK, "a call waited {slowest:?} for the database");

        locking.execute("ROLLBACK").await?;
        let begun = Instant::now();
        while counted(&app).await?.0 > 0 {
            ensure!(begun.elapsed() < WRITTEN, "after {WRITTEN:?} {:?} wait and are lost", counted(&app).await?);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (written, lost) = (rows(&mut asking).await? - 1, counted(&app).await?.1);
        ensure!(lost == dropped && written == calls - dropped, "{calls} calls, {written} rows, {lost} lost");
        let detail = Sent::get(format!("/v1/{}/functions/talks", app.id)).as_owner();
        let detail = app.client.send(&detail).await?.expect(200)?.json()?;
        let counted = detail.get("invocationCount").and_then(Value::as_u64);
        ensure!(counted == Some(written + 1), "the function counts {counted:?} calls, and the log {}", written + 1);
        report::figure(
            "records",
            format_args!(
                "{calls} calls, {written} written, {dropped} dropped; grew by {grown} MiB; slowest {slowest:?}"
            ),
        );
        for connection in [locking, asking] {
            connection.close().await?;
        }
        Result::<_>::Ok(())
    })?;
    let home = std::sync::Arc::clone(server.home());
    server.stop()?;
    let log = home.log();
    ensure!(log.contains("records of calls were dropped"), "the log says nothing of it: {}", home.log_tail());
    Ok(())
}
