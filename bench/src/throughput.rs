//! Requests per second of one core over HTTP, beside Node's `http` with Request and Response objects, once with an adapter
//! that streams as Ramekin does and once with the least that answers: all pinned to the first core and taking turns, the
//! load on the second. Every call is recorded in the database, which has a share in that:
//! measured once with its processes on the core of the server, and once on the other.

use crate::inside::HELLO;
use crate::load::{self, Target};
use crate::node::Node;
use crate::stats::{Sorted, median, micros};
use crate::table::Row;
use anyhow::Result;
use ramekin_tests::owner::App;
use ramekin_tests::process;
use ramekin_tests::server::{Server, Setup};
use serde_json::json;
use std::time::{Duration, Instant};

/// Adapters of the peer, see its script.
const ADAPTERS: [&str; 2] = ["streaming", "buffering"];
const SERVER_CORE: usize = 0;
const LOAD_CORE: usize = 1;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const WINDOW: Duration = Duration::from_secs(2);

struct Peer {
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

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default().on_core(SERVER_CORE))?;
    let nodes = ADAPTERS.map(|adapter| Node::start(SERVER_CORE, adapter).map(|node| node.map(|node| (adapter, node))));
    let nodes = nodes.into_iter().filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    // A thread of its own, for the pin would stay on this one.
    let outcome = std::thread::scope(|scope| scope.spawn(|| compare(&server, &nodes)).join());
    let rows = outcome.map_err(|_| anyhow::anyhow!("the load generator panicked"))??;
    server.stop()?;
    Ok(rows)
}

fn compare(server: &Server, nodes: &[(&str, Node)]) -> Result<Vec<Row>> {
    process::pin_thread(LOAD_CORE)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        let peer = |name: String, pid, address, path| {
            let target = Target { address, path, answer: "Hello" };
            Peer { name, pid, target, measured: Measured::default() }
        };
        let mut peers = vec![peer("Ramekin".into(), server.pid(), server.address(), app.path("hello"))];
        for (adapter, node) in nodes {
            peers.push(peer(format!("Node {}, {adapter}", node.version), node.pid(), node.address, "/".into()));
        }
        for peer in &mut peers {
            load::run(&peer.target, CONNECTIONS, WINDOW).await?;
        }
        turns(&mut peers).await?;
        let mut rows = rows(&peers);
        rows.extend(against(&peers, "database on the same core"));
        for process in process::below(server.home().path()).iter().filter(|process| process.pid != server.pid()) {
            process::pin_found(process, LOAD_CORE)?;
        }
        turns(&mut peers).await?;
        rows.extend(against(&peers, "database on the other"));
        Ok(rows)
    })
}

/// Measures the peers in turns.
async fn turns(peers: &mut [Peer]) -> Result<()> {
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

fn rows(peers: &[Peer]) -> Vec<Row> {
    let rows = peers.iter().map(|Peer { name, measured, .. }| {
        let figure = |text: &str| format!("{name}: hello over HTTP, one core, {text}");
        [
            Row::note(figure("16 connections"), format!("{:.0} requests/s", median(measured.rates.clone()))),
            Row::note(figure("CPU of a request"), format!("{:.1} µs", median(measured.cpu.clone()))),
            Row::note(figure("1 connection, p50"), micros(Sorted::new(measured.alone.clone()).median())),
        ]
    });
    rows.flatten().collect()
}

fn against(peers: &[Peer], how: &str) -> Vec<Row> {
    let row = |name: &str, measured| Row::new(format!("requests/s against {name}, {how}"), measured, "≥ 1×, aim 2×");
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
