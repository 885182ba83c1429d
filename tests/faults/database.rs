//! The database goes away and comes back.

use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{Context as _, Result, bail, ensure, process, report, runtime};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const HELLO: &str = "export default () => new Response('hello');";
/// Calls made while it is away.
const CALLS: usize = 20;
/// How long it may take to come back.
const BACK: Duration = Duration::from_secs(30);

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
            tokio::time::sleep(Duration::from_millis(100)).await;
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
