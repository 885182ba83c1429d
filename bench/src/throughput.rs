//! Requests per second of one core over HTTP, beside Node's `http` with Request and Response objects: both pinned to the
//! first core and taking turns, the load on the second.

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

const SERVER_CORE: usize = 0;
const LOAD_CORE: usize = 1;
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const WINDOW: Duration = Duration::from_secs(2);

struct Peer {
    name: String,
    pid: u32,
    target: Target,
    rates: Vec<f64>,
    cpu: Vec<f64>,
    alone: Vec<Duration>,
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let server = Server::new(&Setup::default().on_core(SERVER_CORE))?;
    let node = Node::start(SERVER_CORE)?;
    // A thread of its own, for the pin would stay on this one.
    let outcome = std::thread::scope(|scope| scope.spawn(|| compare(&server, node.as_ref())).join());
    let rows = outcome.map_err(|_| anyhow::anyhow!("the load generator panicked"))??;
    server.stop()?;
    Ok(rows)
}

fn compare(server: &Server, node: Option<&Node>) -> Result<Vec<Row>> {
    process::pin_thread(LOAD_CORE)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::create(server.client(), "bench").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        let peer = |name: &str, pid, address, path| Peer {
            name: name.to_owned(),
            pid,
            target: Target { address, path, answer: "Hello" },
            rates: Vec::new(),
            cpu: Vec::new(),
            alone: Vec::new(),
        };
        let mut peers = vec![peer("Ramekin", server.pid(), server.address(), app.path("hello"))];
        if let Some(node) = node {
            peers.push(peer(&format!("Node {}", node.version), node.pid(), node.address, "/".into()));
        }
        for peer in &mut peers {
            load::run(&peer.target, CONNECTIONS, WINDOW).await?;
        }
        for _ in 0..ROUNDS {
            for peer in &mut peers {
                peer.window().await?;
            }
        }
        Ok(rows(&peers))
    })
}

impl Peer {
    async fn window(&mut self) -> Result<()> {
        let (cpu, started) = (process::cpu_time(self.pid)?, Instant::now());
        let answers = load::run(&self.target, CONNECTIONS, WINDOW).await?.len() as f64;
        self.rates.push(answers / started.elapsed().as_secs_f64());
        self.cpu.push((process::cpu_time(self.pid)?.saturating_sub(cpu)).as_secs_f64() * 1e6 / answers);
        self.alone.extend(load::run(&self.target, 1, WINDOW / 4).await?);
        Ok(())
    }
}

fn rows(peers: &[Peer]) -> Vec<Row> {
    let mut rows = Vec::new();
    for peer in peers {
        let figure = |text: &str| format!("{}: hello over HTTP, one core, {text}", peer.name);
        rows.push(Row::note(figure("16 connections"), format!("{:.0} requests/s", median(peer.rates.clone()))));
        rows.push(Row::note(figure("CPU of a request"), format!("{:.1} µs", median(peer.cpu.clone()))));
        rows.push(Row::note(figure("1 connection, p50"), micros(Sorted::new(peer.alone.clone()).median())));
    }
    rows.push(match peers {
        [ours, theirs] => {
            let ratios = ours.rates.iter().zip(&theirs.rates).map(|(ours, theirs)| ours / theirs).collect();
            Row::new("requests per second against Node", format!("{:.2}×", median(ratios)), "≥ 1×, aim 2×")
        }
        _ => Row::new("requests per second against Node", "not measured: no `node` here", "≥ 1×, aim 2×"),
    });
    rows
}
