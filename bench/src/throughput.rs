//! Requests per second of one core over HTTP, beside Node's `http` with Request and Response objects, once with an adapter
//! that streams as Ramekin does and once with the least that answers: all pinned to the first core and taking turns, the
//! load on the second. Every call is recorded in the database, which has a share in that:
//! measured once with its processes on the core of the server, and once on the other.

use crate::inside::HELLO;
use crate::load::Target;
use crate::node::Node;
use crate::peers::{LOAD_CORE, Peer, SERVER_CORE, against, rows, turns};
use crate::table::Row;
use anyhow::Result;
use ramekin_tests::owner::App;
use ramekin_tests::process;
use ramekin_tests::server::{Server, Setup};
use serde_json::json;

/// Adapters of the peer, see its script.
const ADAPTERS: [&str; 2] = ["streaming", "buffering"];
const BAR: &str = "≥ 1×, aim 2×";

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
        let peer = |name: String, pid, address, path| Peer::new(name, pid, Target { address, path, answer: "Hello" });
        let mut peers = vec![peer("Ramekin".into(), server.pid(), server.address(), app.path("hello"))];
        for (adapter, node) in nodes {
            peers.push(peer(format!("Node {}, {adapter}", node.version), node.pid(), node.address, "/".into()));
        }
        for peer in &peers {
            peer.warm_up().await?;
        }
        turns(&mut peers).await?;
        let mut rows = rows(&peers, "hello");
        rows.extend(against(&peers, "database on the same core", BAR));
        for process in process::below(server.home().path()).iter().filter(|process| process.pid != server.pid()) {
            process::pin_found(process, LOAD_CORE)?;
        }
        turns(&mut peers).await?;
        rows.extend(against(&peers, "database on the other", BAR));
        Ok(rows)
    })
}
