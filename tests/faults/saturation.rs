//! A server that runs as many calls as it may.

use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{Result, ensure, json, runtime};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;

const WAIT: &str =
    "export default () => new Promise((resolve) => setTimeout(() => resolve(new Response('waited')), 1000));";
/// Calls at once, more than the server may run.
const CALLS: usize = 12;

pub fn a_full_server_says_so() -> Result<()> {
    let server = Server::new(&Setup::default().with("RAMEKIN_MAX_CALLS", "4"))?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "full").await?;
        app.deploy("wait", WAIT, &json!({})).await?;
        let mut calls = JoinSet::new();
        for _ in 0..CALLS {
            let app = app.clone();
            calls.spawn(async move { app.get("wait").await });
        }
        let (mut served, mut refused) = (0, 0);
        while let Some(answer) = calls.join_next().await {
            let answer = answer??;
            match answer.status {
                200 => served += 1,
                429 => {
                    refused += 1;
                    let expected =
                        json!({ "error": "Concurrency limit reached", "activeWorkers": "<int>", "maxWorkers": "<int>" });
                    let difference = json::difference(&expected, &answer.json()?);
                    ensure!(difference.is_none(), "{difference:?}");
                    ensure!(answer.header("retry-after") == ["5"], "retry-after is {:?}", answer.header("retry-after"));
                    ensure!(answer.total < Duration::from_millis(900), "it was refused only after {:?}", answer.total);
                }
                other => ensure!(false, "a call was answered with {other}: {}", answer.text()),
            }
        }
        ensure!((1..=4).contains(&served) && served + refused == CALLS, "{served} calls were served and {refused} refused");
        // Whoever comes back is served; a refused call leaves no record.
        app.get("wait").await?.expect(200)?;
        let logs = app.logs("wait", "").await?;
        let rows = logs.get("logs").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
        ensure!(rows == served + 1, "the log has {rows} rows, but {} calls ran", served + 1);
        Ok(())
    })?;
    server.stop()
}
