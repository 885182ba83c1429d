//! Runs web-platform-tests inside deployed functions of a server of its own, a fresh instance for each file.

use super::areas::{AREAS, Area, asked};
use super::expectations::Expectations;
use super::meta::{self, Run};
use super::outcome::Outcome;
use super::stage::Stage;
use super::suite_server::SuiteServer;
use super::table::{self, Row};
use super::{Arguments, folder, parallel, told};
use anyhow::{Context, Result};
use ramekin_tests::client::{Client, Sent};
use ramekin_tests::server::Setup;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a file may take until the tests that have not ended count as timed out.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for a file that says that it takes long.
const LONG_PATIENCE: Duration = Duration::from_secs(90);

/// Runs what the arguments ask for. Returns whether everything is as expected.
pub fn run(suite: &Path, arguments: &Arguments) -> Result<bool> {
    let suite = suite.canonicalize().with_context(|| format!("`{}`", suite.display()))?;
    let server = SuiteServer::start(&arguments.python, &suite)?;
    let site = Arc::new(Site::new(&suite, &server)?);
    let mut rows = Vec::new();
    let mut reports = Vec::new();
    let mut complaints = Vec::new();
    for area in AREAS {
        if let Some(mut done) = run_area(&suite, area, arguments, &site)? {
            complaints.append(&mut done.complaints);
            rows.push(done.row);
            reports.append(&mut done.outcomes);
        }
    }
    told(arguments, &reports, &complaints, &table::render(&rows))
}

/// An area that has been run.
struct Done {
    row: Row,
    outcomes: Vec<Outcome>,
    complaints: Vec<String>,
}

fn run_area(suite: &Path, area: &Area, arguments: &Arguments, site: &Arc<Site>) -> Result<Option<Done>> {
    let mut all = Vec::new();
    for folder in area.folders {
        if suite.join(folder).exists() {
            all.extend(meta::runs(suite, folder)?);
        }
    }
    let path = folder().join("wpt").join(format!("{}.toml", area.name));
    let mut expected = Expectations::read(&path)?;
    let chosen = all.iter().filter(|run| asked(&arguments.areas, area, &run.file)).cloned().collect::<Vec<_>>();
    if chosen.is_empty() {
        return Ok(None);
    }
    let whole = chosen.len() == all.len();
    let (skipped, runs): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|run| expected.skips(&run.name()).is_some());
    let outcomes = site.run_all(runs)?;
    if arguments.bless {
        expected.bless(&outcomes, whole);
        super::write_or_remove(&path, &expected.write())?;
    }
    let complaints = expected.compare(&outcomes, whole);
    let row = Row {
        name: area.name,
        runs: outcomes.len(),
        skipped: skipped.len(),
        broken: outcomes.iter().filter(|outcome| outcome.broken.is_some()).count(),
        passed: outcomes.iter().map(Outcome::passed).sum(),
        subtests: outcomes.iter().map(|outcome| outcome.subtests.len()).sum(),
        node: area.node,
        starling: area.starling,
    };
    Ok(Some(Done { row, outcomes, complaints }))
}

/// What test files run on.
struct Site {
    stage: Stage,
    suite: Client,
    ports: [u16; 2],
}

impl Site {
    /// A server whose functions may reach the suite's, with the function that runs a file.
    fn new(suite: &Path, server: &SuiteServer) -> Result<Self> {
        let [port, other] = server.ports;
        let allowed = format!("127.0.0.1:{port},127.0.0.1:{other},localhost:{port},localhost:{other}");
        let harness =
            std::fs::read_to_string(suite.join("resources/testharness.js")).context("reading the suite's harness")?;
        let harness = format!("const HARNESS = {};\n", serde_json::Value::String(harness));
        let setup = Setup::default().with("RAMEKIN_EGRESS_ALLOW", allowed);
        let stage = Stage::new(&setup, &harness, &["wpt.js"], LONG_PATIENCE)?;
        let suite = Client::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(Self { stage, suite, ports: server.ports })
    }

    /// Runs these. The outcomes are in the order of the runs.
    fn run_all(self: &Arc<Self>, runs: Vec<Run>) -> Result<Vec<Outcome>> {
        let site = Arc::clone(self);
        parallel::run(runs, move |run| {
            let site = Arc::clone(&site);
            async move {
                let outcome = site.run(&run).await;
                outcome.unwrap_or_else(|error| Outcome::failed(run.name(), format!("{error:#}")))
            }
        })
    }

    async fn run(&self, run: &Run) -> Result<Outcome> {
        let mut body = String::new();
        for script in run.scripts.iter().chain([&run.file]) {
            // From the suite's server, which fills in hosts and ports.
            let answer = self.suite.send(&Sent::get(format!("/{script}"))).await?.expect(200)?;
            let text = String::from_utf8_lossy(&answer.body);
            body.push_str(text.strip_prefix('\u{FEFF}').unwrap_or(&text));
            body.push_str("\n;\n");
        }
        let patience = if run.long { LONG_PATIENCE } else { PATIENCE };
        let page = run.file.replace(".any.js", ".any.worker.html");
        let form = json!({
            "href": format!("http://localhost:{}/{page}{}", self.ports[0], run.variant),
            "body": body,
            "patience": u64::try_from(patience.as_millis())?,
        });
        let answer = self.stage.call(&form).await?;
        // Names and messages have ports in them, which are others the next time.
        let [port, other] = self.ports.map(|port| format!(":{port}"));
        let text = String::from_utf8_lossy(&answer).replace(&port, ":{port}").replace(&other, ":{other port}");
        Ok(Outcome::read(run.name(), text.as_bytes()))
    }
}
