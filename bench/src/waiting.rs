//! A thousand calls in flight, each waiting for a second.

use crate::stats::{Sorted, millis};
use crate::table::Row;
use anyhow::{Result, ensure};
use ramekin_tests::client::Sent;
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{process, runtime};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;

const WAIT: &str = "export default async () => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return new Response('waited');
};";
const CALLS: u64 = 1_000;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default())?;
    let rows = runtime()?.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        app.deploy("wait", WAIT, &json!({})).await?;
        app.get("wait").await?.expect(200)?;
        let before = process::resident_kib(server.pid())?;
        // Connected before the first is sent: connecting takes longer than a call waits.
        let mut connections = Vec::new();
        for _ in 0..CALLS {
            connections.push(server.client().connect().await?);
        }
        let mut calls = JoinSet::new();
        for mut connection in connections {
            let request = Sent::get(app.path("wait"));
            calls.spawn(async move { connection.send(&request).await });
        }
        let own_before = process::own_kib(server.pid())?;
        let (mut peak, mut own, mut samples) = (before, own_before, Vec::new());
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while !calls.is_empty() {
            tokio::select! {
                answer = calls.join_next() => if let Some(answer) = answer { samples.push(answer??.expect(200)?.total) },
                _ = look.tick() => {
                    peak = peak.max(process::resident_kib(server.pid())?);
                    own = own.max(process::own_kib(server.pid())?);
                }
            }
        }
        ensure!(samples.len() as u64 == CALLS, "{} of {CALLS} calls were answered", samples.len());
        let after = process::resident_kib(server.pid())?;
        let samples = Sorted::new(samples);
        let each = peak.saturating_sub(before) / CALLS;
        let own = own.saturating_sub(own_before) / CALLS;
        anyhow::Ok(vec![
            Row::new("1,000 calls in flight, memory of each", format!("{each} KiB"), "≤ 450 KiB"),
            Row::note("1,000 calls in flight, waiting 1 s: p50, longest", {
                format!("{}, {}", millis(samples.median()), millis(samples.max()))
            }),
            Row::note("of it, memory that is shared with no other call", format!("{own} KiB")),
            Row::note("memory before, at most, after", {
                format!("{}, {}, {} MiB", before / 1024, peak / 1024, after / 1024)
            }),
        ])
    })?;
    server.stop()?;
    Ok(rows)
}
