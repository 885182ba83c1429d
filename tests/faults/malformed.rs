//! Nonsense from outside: refused, and nothing more.

use crate::probes::{Must, Probe, Target, probe};
use ramekin_tests::owner::App;
use ramekin_tests::raw::{Reply, exchange};
use ramekin_tests::server::{KEY, Server, Setup};
use ramekin_tests::{Result, bail, ensure, report, runtime};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Requests sent.
const PROBES: u64 = 10_000;
/// At once.
const PARALLEL: u64 = 16;
/// For an answer to come.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn ten_thousand_malformed_requests() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    let begun = Instant::now();
    runtime()?.block_on(async {
        let app = App::create(server.client(), "malformed").await?;
        app.deploy("hello", "export default () => new Response('hello');", &json!({})).await?;
        app.deploy("echo", "export default async (request) => new Response(await request.text());", &json!({})).await?;
        let target = Target { app: app.id.clone(), key: KEY };
        let mut senders = JoinSet::new();
        for first in 0..PARALLEL {
            senders.spawn(send(server.address(), target.clone(), first));
        }
        let mut sum = Sum::default();
        while let Some(part) = senders.join_next().await {
            sum.add(part??);
        }
        report::figure("malformed", format_args!("{PROBES} requests in {:?}: {:?}", begun.elapsed(), sum.outcomes));
        for (failure, (count, example)) in &sum.failures {
            report::figure("malformed", format_args!("{count} times {failure}, such as {example}"));
        }
        let failures: u64 = sum.failures.values().map(|(count, _)| count).sum();
        ensure!(failures == 0, "{failures} requests were not answered as they should be");
        app.get("hello").await?.expect(200)?;
        app.client.send(&ramekin_tests::client::Sent::get("/health/ready")).await?.expect(200)?;
        Result::<_>::Ok(())
    })?;
    let home = std::sync::Arc::clone(server.home());
    server.stop()?;
    let log = home.log();
    let panic = log.lines().find(|line| line.contains("panic"));
    ensure!(panic.is_none(), "the server's log has a panic: {panic:?}");
    Ok(())
}

#[derive(Default)]
struct Sum {
    outcomes: BTreeMap<String, u64>,
    /// How often, and the first request that it came of.
    failures: BTreeMap<String, (u64, String)>,
}

impl Sum {
    fn add(&mut self, other: Self) {
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        for (failure, (count, example)) in other.failures {
            self.failures.entry(failure).or_insert((0, example)).0 += count;
        }
    }
}

async fn send(address: SocketAddr, target: Target, first: u64) -> Result<Sum> {
    let mut sum = Sum::default();
    let mut number = first;
    while number < PROBES {
        let probe = probe(&target, number);
        let reply = exchange(address, &probe.bytes, probe.then, PATIENCE).await?;
        let outcome = match &reply {
            Reply::Status(status, _) => status.to_string(),
            Reply::Closed => "closed".into(),
            Reply::Silent => "silent".into(),
            Reply::Other(_) => "other".into(),
        };
        *sum.outcomes.entry(outcome).or_default() += 1;
        if let Err(error) = check(&probe, &reply) {
            let sent: String = String::from_utf8_lossy(&probe.bytes).chars().take(300).collect();
            let example = format!("number {number}: {sent:?}");
            sum.failures.entry(format!("{} {error}", probe.what)).or_insert((0, example)).0 += 1;
        }
        number += PARALLEL;
    }
    Ok(sum)
}

fn check(probe: &Probe, reply: &Reply) -> Result<()> {
    match reply {
        Reply::Silent => bail!("neither answered nor closed within {PATIENCE:?}"),
        Reply::Status(500.., reply) => bail!("answered with {}", head(reply)),
        Reply::Status(status, reply) if probe.must == Must::BeRefused => {
            ensure!((400..500).contains(status), "not refused but answered with {}", head(reply));
            let body = reply
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
                .and_then(|at| reply.get(at + 4..))
                .unwrap_or_default();
            let json: Value = serde_json::from_slice(body).unwrap_or_default();
            let says = json.get("error").is_some() || json.get("message").is_some();
            ensure!(says, "refused without saying why: {}", head(reply));
        }
        Reply::Closed | Reply::Other(_) if probe.must == Must::BeRefused => bail!("not refused but {reply:?}"),
        _ => {}
    }
    Ok(())
}

/// Status line and content.
fn head(reply: &[u8]) -> String {
    let text = String::from_utf8_lossy(reply);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    format!("{} {:?}", head.lines().next().unwrap_or_default(), body.chars().take(200).collect::<String>())
}

/// Sources that are easy to write and hard to parse: each level of nesting is a level of somebody's stack.
pub fn deeply_nested_source_is_refused() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    runtime()?.block_on(async {
        let app = App::create(server.client(), "nested").await?;
        app.deploy("hello", "export default () => new Response('hello');", &json!({})).await?;
        let nested = |open: &str, inner: &str, close: &str| {
            const DEPTH: usize = 20_000;
            format!("export default () => new Response(String({}{inner}{}));", open.repeat(DEPTH), close.repeat(DEPTH))
        };
        for (what, code) in [
            ("parentheses", nested("(", "1", ")")),
            ("arrays", nested("[", "1", "]")),
            ("objects", nested("{a:", "1", "}")),
            ("functions", nested("(() => ", "1", ")()")),
            ("templates", nested("`${", "1", "}`")),
            ("operators", nested("-", "1", "")),
            ("ternaries", nested("1 ? ", "1", " : 1")),
            ("blocks", format!("{}{}\nexport default () => new Response()", "{".repeat(20_000), "}".repeat(20_000))),
            (
                "types",
                format!(
                    "let x: {}number{}; export default () => new Response()",
                    "Array<".repeat(20_000),
                    ">".repeat(20_000)
                ),
            ),
            ("member calls", format!("export default () => new Response(String(x{}))", ".a()".repeat(20_000))),
            ("additions", format!("export default () => new Response(String(1{}))", " + 1".repeat(20_000))),
        ] {
            let answer = app.try_deploy(&json!({ "name": "nested", "code": code })).await?;
            // Long but not deep is no mistake; what the parser cannot take is the author's.
            ensure!(matches!(answer.status, 200 | 400), "{what}: {} {}", answer.status, answer.text());
            app.get("hello").await?.expect(200)?;
        }
        Result::<_>::Ok(())
    })?;
    server.stop()
}
