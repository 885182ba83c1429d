//! A server with a thousand functions: its memory when nothing happens, and how long a restart takes.

use crate::stats::millis;
use crate::table::Row;
use anyhow::Result;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Home, Server, Setup};
use ramekin_tests::{process, runtime};
use serde_json::json;
use std::time::Duration;

const FUNCTIONS: usize = 1_000;
/// For what the deploys have left behind to be put away.
const SETTLE: Duration = Duration::from_secs(3);
/// For the memory of images that nobody calls any more to be given back.
const REST: Duration = Duration::from_secs(65);

pub(crate) fn measure() -> Result<Vec<Row>> {
    let home = Home::new()?;
    let setup = Setup::default().with("RAMEKIN_MAX_FUNCTIONS", FUNCTIONS.to_string());
    let server = Server::start(&home, &setup)?;
    let app = runtime()?.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        for n in 0..FUNCTIONS {
            let code = format!("export default () => new Response('This is function {n}');");
            app.deploy(&format!("f{n}"), &code, &json!({})).await?;
        }
        anyhow::Ok(app)
    })?;
    std::thread::sleep(SETTLE);
    let deployed = process::resident_kib(server.pid())?;
    server.stop()?;

    let server = Server::start(&home, &setup)?;
    let ready = server.ready_after;
    std::thread::sleep(SETTLE);
    let restarted = process::resident_kib(server.pid())?;
    let app = App { client: server.client(), ..app };
    let first = runtime()?.block_on(async {
        let mut first = Duration::ZERO;
        for n in 0..FUNCTIONS {
            let answer = app.get(&format!("f{n}")).await?.expect(200)?;
            anyhow::ensure!(answer.text() == format!("This is function {n}"), "f{n} answered {}", answer.text());
            if n == 0 {
                first = answer.total;
            }
        }
        anyhow::Ok(first)
    })?;
    std::thread::sleep(REST);
    let called = process::resident_kib(server.pid())?;
    server.stop()?;
    Ok(vec![
        Row::new("1,000 functions, just deployed: memory", format!("{} MiB", deployed / 1024), "≤ 300 MiB"),
        Row::new("1,000 functions, restarted: memory", format!("{} MiB", restarted / 1024), "≤ 300 MiB"),
        Row::new(
            "1,000 functions, each called once, a minute ago: memory",
            format!("{} MiB", called / 1024),
            "≤ 300 MiB",
        ),
        Row::new("1,000 functions: restart to ready", millis(ready), "≤ 3 s"),
        Row::note("first call after a restart", millis(first)),
    ])
}
