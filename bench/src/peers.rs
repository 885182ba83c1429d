//! Servers that are compared: pinned to the first core, and taking turns under load from the second.

use crate::load::{self, Target};
use crate::stats::{Sorted, median, micros};
use crate::table::Row;
use anyhow::Result;
use ramekin_tests::process;
use std::time::{Duration, Instant};

pub(crate) const SERVER_CORE: usize = 0;
pub(crate) const LOAD_CORE: usize = 1;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const WINDOW: Duration = Duration::from_secs(2);

/// A server.
pub(crate) struct Peer {
    name: String,
    pid: u32,
    target: Target,
    measured: Measured,
}

#[derive(Default)]
struct Measured {
    /// Requests per second, a window each.
    rates: Vec<f64>,
    /// CPU time per request in microseconds, a window each.
    cpu: Vec<f64>,
    /// Answers on the only connection.
    alone: Vec<Duration>,
}

/// Measures the peers in turns.
pub(crate) async fn turns(peers: &mut [Peer]) -> Result<()> {
    for peer in &mut *peers {
        peer.measured = Measured::default();
    }
    for _ in 0..ROUNDS {
        for peer in &mut *peers {
            peer.window().await?;
        }
    }
    Ok(())
}

impl Peer {
    /// A server by this name, with what it is asked.
    pub(crate) fn new(name: String, pid: u32, target: Target) -> Self {
        Self { name, pid, target, measured: Measured::default() }
    }

    /// Lets it get going.
    pub(crate) async fn warm_up(&self) -> Result<()> {
        load::run(&self.target, CONNECTIONS, WINDOW).await.map(|_| ())
    }

    async fn window(&mut self) -> Result<()> {
        let (cpu, started) = (process::cpu_time(self.pid)?, Instant::now());
        let answers = load::run(&self.target, CONNECTIONS, WINDOW).await?.len() as f64;
        self.measured.rates.push(answers / started.elapsed().as_secs_f64());
        let cpu = process::cpu_time(self.pid)?.saturating_sub(cpu);
        self.measured.cpu.push(cpu.as_secs_f64() * 1e6 / answers);
        self.measured.alone.extend(load::run(&self.target, 1, WINDOW / 4).await?);
        Ok(())
    }
}

/// The figures of each, of what it was asked.
pub(crate) fn rows(peers: &[Peer], what: &str) -> Vec<Row> {
    let rows = peers.iter().map(|Peer { name, measured, .. }| {
        let figure = |text: &str| format!("{name}: {what} over HTTP, one core, {text}");
        [
            Row::note(figure("16 connections"), format!("{:.0} requests/s", median(measured.rates.clone()))),
            Row::note(figure("CPU of a request"), format!("{:.1} µs", median(measured.cpu.clone()))),
            Row::note(figure("1 connection, p50"), micros(Sorted::new(measured.alone.clone()).median())),
        ]
    });
    rows.flatten().collect()
}

/// The first beside each of the others.
pub(crate) fn against(peers: &[Peer], how: &str, bar: &'static str) -> Vec<Row> {
    let row = |name: &str, measured| Row::new(format!("requests/s against {name}, {how}"), measured, bar);
    match peers {
        [ours, others @ ..] if !others.is_empty() => {
            let ratio = |theirs: &Peer| {
                let pairs = ours.measured.rates.iter().zip(&theirs.measured.rates);
                format!("{:.2}×", median(pairs.map(|(ours, theirs)| ours / theirs).collect()))
            };
            others.iter().map(|theirs| row(&theirs.name, ratio(theirs))).collect()
        }
        _ => vec![row("Node", "not measured: no `node` here".into())],
    }
}
