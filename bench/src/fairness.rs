//! Eight calls that never end by themselves, and one function beside them that does.

use crate::inside::HELLO;
use crate::stats::{Sorted, millis};
use crate::table::Row;
use anyhow::{Result, ensure};
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{process, runtime};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const SPIN: &str = "export default () => { while (true) {} };";
const SPINNING: usize = 8;
const ROUNDS: usize = 5;
/// After the calls have ended the processor has to be idle within this.
const CALM: Duration = Duration::from_secs(1);

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default())?;
    let (spins, hellos, busy) = runtime()?.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        app.deploy("spin", SPIN, &json!({ "timeoutMs": 1000 })).await?;
        app.get("hello").await?.expect(200)?;
        let (mut spins, mut hellos) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let mut spinning = JoinSet::new();
            for _ in 0..SPINNING {
                let app = app.clone();
                spinning.spawn(async move { app.get("spin").await });
            }
            let mut connection = server.client().connect().await?;
            let hello = ramekin_tests::client::Sent::get(app.path("hello"));
            while !spinning.is_empty() {
                hellos.push(connection.send(&hello).await?.expect(200)?.total);
                tokio::time::sleep(Duration::from_millis(2)).await;
                while let Some(ended) = spinning.try_join_next() {
                    spins.push(ended??.expect(504)?.total);
                }
            }
        }
        tokio::time::sleep(CALM).await;
        let (cpu, started) = (process::cpu_time(server.pid())?, Instant::now());
        tokio::time::sleep(CALM).await;
        let busy = (process::cpu_time(server.pid())? - cpu).as_secs_f64() / started.elapsed().as_secs_f64();
        anyhow::Ok((Sorted::new(spins), Sorted::new(hellos), busy))
    })?;
    server.stop()?;
    ensure!(spins.len() == SPINNING * ROUNDS, "{} calls spun instead of {}", spins.len(), SPINNING * ROUNDS);
    let spun = format!("{} to {}", millis(spins.permille(0)), millis(spins.max()));
    Ok(vec![
        Row::new("eight calls that spin, limit 1 s: answered 504 after", spun, "1.0 to 1.5 s"),
        Row::new("hello beside them, p99", millis(hellos.permille(990)), "≤ 50 ms"),
        Row::note("hello beside them, p50 and longest", {
            format!("{} and {}", millis(hellos.median()), millis(hellos.max()))
        }),
        Row::new("processor in use a second later", format!("{:.1} %", busy * 100.0), "idle"),
    ])
}
