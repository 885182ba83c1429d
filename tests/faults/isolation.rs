//! A function that misbehaves harms nobody but itself.

use ramekin_tests::client::{Answer, Client, Sent};
use ramekin_tests::owner::App;
use ramekin_tests::server::{Server, Setup};
use ramekin_tests::{Context as _, Result, ensure, process, report, runtime};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, JoinSet};

const HELLO: &str = "export default () => new Response('hello');";
const SPIN: &str = "export default () => { while (true) {} };";
/// Spinning calls at once.
const SPINS: usize = 8;
/// What a busy machine may add to a second. The figure that counts is printed.
const SPIN_SLACK: Duration = Duration::from_secs(5);
/// Same, for the slowest of a hundred answers.
const HELLO_SLACK: Duration = Duration::from_secs(2);

/// Each ends with an answer of 500.
const BOMBS: &[(&str, &str)] = &[
    (
        "strings",
        "export default () => { const all = []; for (let i = 0; ; i++) all.push(`${i}`.padStart(100_000, 'x')); };",
    ),
    ("typed-arrays", "export default () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1)); };"),
    (
        "arrays",
        "export default () => { const all = []; for (;;) all.push(new Array(1000).fill(0).map((_, i) => ({ i }))); };",
    ),
    ("maps", "export default () => { const all = new Map(); for (let i = 0; ; i++) all.set('key ' + i, { i }); };"),
    (
        "deep-recursion",
        "export default () => { const deeper = (n) => deeper(n + 1) + 1; return new Response(deeper(0)); };",
    ),
    (
        "deep-regex",
        "export default () => new Response(new RegExp('(?:'.repeat(100_000) + 'a' + ')'.repeat(100_000)).test('a'));",
    ),
    (
        "huge-regex",
        "export default () => { const all = []; for (let i = 0; ; i++) all.push(new RegExp('(?:a|b){1,1000}'.repeat(2_000) + i)); };",
    ),
];
/// Errors that the function could have caught, with which a bomb may end instead: QuickJS refuses strings of more than 2^30
/// characters, recursion, and patterns that are nested too deep.
const CATCHABLE: &[&str] = &["string too long", "Maximum call stack size exceeded", "stack overflow"];
/// `memoryLimitMb` of the bombs.
const BOMB_LIMIT_MB: u64 = 64;
/// What the whole server may grow beyond the limit while a bomb goes off.
const BOMB_SLACK_MB: u64 = 32;

pub fn spinning_functions_slow_nobody_down() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    let pid = server.pid();
    runtime()?.block_on(async {
        let app = App::create(server.client(), "spin").await?;
        app.deploy("hello", HELLO, &json!({})).await?;
        app.deploy("spin", SPIN, &json!({ "timeoutMs": 1000 })).await?;
        app.get("hello").await?.expect(200)?;

        let hello = Caller::start(server.client(), app.path("hello"));
        let mut spins = JoinSet::new();
        for _ in 0..SPINS {
            let app = app.clone();
            spins.spawn(async move { app.get("spin").await });
        }
        let mut slowest = Duration::ZERO;
        while let Some(answer) = spins.join_next().await {
            let answer = answer??;
            check_timeout(&answer)?;
            slowest = slowest.max(answer.total);
        }
        let latencies = hello.stop().await?;
        report::figure(
            "spin",
            format_args!("{SPINS} spinning calls of 1 s ended within {slowest:?}; hello meanwhile: {latencies}"),
        );
        ensure!(latencies.p99 <= HELLO_SLACK, "hello took {:?} at p99 while others spun", latencies.p99);

        tokio::time::sleep(Duration::from_secs(1)).await;
        let before = process::cpu_time(pid)?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let idle = process::cpu_time(pid)?.saturating_sub(before);
        ensure!(
            idle < Duration::from_millis(500),
            "a second after the calls had ended the server used {idle:?} of CPU per second"
        );
        Ok(())
    })?;
    server.stop()
}

fn check_timeout(answer: &Answer) -> Result<()> {
    ensure!(answer.status == 504, "a spinning call was answered with {}: {}", answer.status, answer.text());
    let expected = json!({ "error": "function_timeout", "message": "Function execution timeout (1000ms)", "duration_ms": "<int>" });
    let difference = ramekin_tests::json::difference(&expected, &answer.json()?);
    ensure!(difference.is_none(), "{difference:?}");
    ensure!(answer.total >= Duration::from_millis(990), "it was ended after {:?}, before its time", answer.total);
    ensure!(answer.total <= Duration::from_secs(1) + SPIN_SLACK, "it was ended only after {:?}", answer.total);
    Ok(())
}

pub fn memory_bombs_stay_within_their_limit() -> Result<()> {
    let server = Server::new(&Setup::default())?;
    let pid = server.pid();
    runtime()?.block_on(async {
        let app = App::create(server.client(), "bombs").await?;
        for hello in ["hello-a", "hello-b"] {
            app.deploy(hello, HELLO, &json!({})).await?;
            app.get(hello).await?.expect(200)?;
        }
        let callers = ["hello-a", "hello-b"].map(|hello| Caller::start(server.client(), app.path(hello)));
        for (name, code) in BOMBS {
            app.deploy(name, code, &json!({ "memoryLimitMb": BOMB_LIMIT_MB, "timeoutMs": 20_000 })).await?;
            let before = process::resident_kib(pid)?;
            let peak = Peak::watch(pid);
            let answer = app.get(name).await?;
            let growth_mb = peak.stop().await?.saturating_sub(before) / 1024;
            ensure!(answer.status == 500, "{name} was answered with {}: {}", answer.status, answer.text());
            let error = answer.json()?.get("error").cloned().unwrap_or_default();
            let contained = error == "memory_limit_exceeded" || CATCHABLE.iter().any(|text| error == *text);
            ensure!(contained, "{name} ended with {}", answer.text());
            report::figure(
                "bombs",
                format_args!("{name}: the server grew by {growth_mb} MiB, answered after {:?}", answer.total),
            );
            let most = BOMB_LIMIT_MB + BOMB_SLACK_MB;
            ensure!(growth_mb <= most, "{name}: the server grew by {growth_mb} MiB, more than {most} MiB");
        }
        for caller in callers {
            let latencies = caller.stop().await?;
            report::figure("bombs", format_args!("hello meanwhile: {latencies}"));
        }
        Ok(())
    })?;
    server.stop()
}

/// Calls a function over and over; every answer must be 200.
struct Caller {
    stop: Arc<AtomicBool>,
    task: JoinHandle<Result<Vec<Duration>>>,
}

impl Caller {
    fn start(client: Client, path: String) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let mut connection = client.connect().await?;
            let mut latencies = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let answer = connection.send(&Sent::get(path.as_str())).await?.expect(200)?;
                latencies.push(answer.total);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(latencies)
        });
        Self { stop, task }
    }

    async fn stop(self) -> Result<Latencies> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = self.task.await??;
        all.sort_unstable();
        let at = |part: usize| all.get(all.len() * part / 100).or(all.last()).copied().context("no call was made");
        Ok(Latencies { count: all.len(), p50: at(50)?, p99: at(99)? })
    }
}

struct Latencies {
    count: usize,
    p50: Duration,
    p99: Duration,
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} calls, p50 {:?}, p99 {:?}", self.count, self.p50, self.p99)
    }
}

/// Watches the memory of a process.
struct Peak {
    stop: Arc<AtomicBool>,
    kib: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Peak {
    fn watch(pid: u32) -> Self {
        let (stop, kib) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (stopped, highest) = (Arc::clone(&stop), Arc::clone(&kib));
        let task = tokio::task::spawn_blocking(move || {
            let until = Instant::now() + Duration::from_secs(60);
            while !stopped.load(Ordering::Relaxed) && Instant::now() < until {
                highest.fetch_max(process::resident_kib(pid).unwrap_or_default(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        Self { stop, kib, task }
    }

    async fn stop(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await?;
        Ok(self.kib.load(Ordering::Relaxed))
    }
}
