//! One call inside the process: a store, an instance, the handler, and all of it dropped again, fuel and limits on.

mod order;

use crate::stats::{Sorted, micros};
use crate::table::Row;
use anyhow::{Result, ensure};
use bytes::Bytes;
use chrono::Utc;
use futures::future::BoxFuture;
use ramekin_compiler::Source;
use ramekin_host_api::ports::database::{Claim, Database, Session, Transaction};
use ramekin_host_api::ports::{
    Content, Fetch, FetchError, FetchRequest, FetchResponse, Invoke, InvokeRequest, SocketRequest, WebSocket,
};
use ramekin_host_api::{AnonymousRole, AppInfo, CallContext, Caller, Environment};
use ramekin_model::{AppId, SqlError, SqlRows, SqlStatement};
use ramekin_runner::exec::{Admission, Call, Image, Sandbox, SandboxOptions};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

pub(crate) const HELLO: &str = "export default () => new Response('Hello');";
/// Answers with the JSON that it is sent.
const ECHO: &str = "export default async (request) => Response.json(await request.json());";
const CALLS: usize = 20_000;
/// Of what takes longer.
const FEWER_CALLS: usize = 4_000;

/// Sends nothing: what is measured has no outbound requests.
struct NoFetch;

impl Fetch for NoFetch {
    fn send(&self, _: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("a benchmark sends nothing".into())) })
    }

    fn open(&self, _: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("a benchmark opens nothing".into())) })
    }
}

struct NoPeers;

impl Invoke for NoPeers {
    fn invoke(&self, _: InvokeRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("a benchmark has one function".into())) })
    }
}

/// As little as that.
struct NoDatabase;

fn no_database<T: Send + 'static>() -> BoxFuture<'static, Result<T, SqlError>> {
    Box::pin(async { Err(SqlError::Refused("a benchmark has no database".into())) })
}

impl Database for NoDatabase {
    fn query(&self, _: Session, _: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        no_database()
    }

    fn begin(&self, _: Session) -> BoxFuture<'static, Result<Arc<dyn Transaction>, SqlError>> {
        no_database()
    }

    fn claim(&self, _: Session, _: Claim) -> BoxFuture<'static, Result<bool, SqlError>> {
        no_database()
    }
}

pub(crate) fn measure() -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let options = SandboxOptions { cache_dir: folder.path().into(), max_instances: 64 };
        let sandbox = Sandbox::open(options).await?;
        let app: AppId = "app_000000000000".parse()?;
        let bench = Bench {
            sandbox,
            admission: Admission::new(64, 64),
            context: CallContext {
                function: "hello".into(),
                request_id: Uuid::nil(),
                client_ip: None,
                user: None,
                caller: Caller::anonymous(),
                app: Arc::new(AppInfo {
                    id: app.to_string(),
                    name: "bench".into(),
                    owner_id: Uuid::nil(),
                    subdomain: None,
                    anon_key: String::new(),
                }),
            },
            app,
            environment: Arc::default(),
            fetch: Arc::new(NoFetch),
            peers: Arc::new(NoPeers),
            database: Arc::new(NoDatabase),
        };
        let hello = bench.function(Source::new("hello.ts", HELLO), Bytes::new(), Bytes::from_static(b"Hello")).await?;
        let mut rows = bench.rows("hello inside the process", &hello, CALLS, "≤ 60 µs").await?;
        rows.push(Row::new("hello: compiled artefact with its heap image", artefact(folder.path())?, "≤ 1 MiB"));
        let echoed = one_kib();
        let echo = bench.function(Source::new("echo.ts", ECHO), echoed.clone(), echoed).await?;
        rows.extend(bench.rows("echo of 1 KiB of JSON inside the process", &echo, CALLS, "≤ 120 µs").await?);
        rows.extend(order::rows(&bench, folder.path()).await?);
        Ok(rows)
    })
}

/// A list of records in JSON, as long as that.
fn one_kib() -> Bytes {
    let record = |n: u32| json!({ "id": n, "name": format!("name {n}"), "active": n.is_multiple_of(2), "score": f64::from(n) + 0.5 });
    let mut records: Vec<Value> = Vec::new();
    while Value::from(records.clone()).to_string().len() < 1000 {
        records.push(record(u32::try_from(records.len()).unwrap_or_default()));
    }
    Value::from(records).to_string().into()
}

/// What is called, what it is sent, and what it has to answer.
struct Function {
    image: Arc<Image>,
    body: Bytes,
    answer: Bytes,
}

struct Bench {
    sandbox: Sandbox,
    admission: Arc<Admission>,
    app: AppId,
    context: CallContext,
    environment: Arc<Environment>,
    fetch: Arc<dyn Fetch>,
    peers: Arc<dyn Invoke>,
    database: Arc<dyn Database>,
}

impl Bench {
    async fn function(&self, source: Source, body: Bytes, answer: Bytes) -> Result<Function> {
        let image = self.sandbox.build(source, &self.app, Utc::now(), &Environment::default()).await?.image;
        Ok(Function { image, body, answer })
    }

    /// The figures of so many calls.
    async fn rows(&self, what: &str, function: &Function, calls: usize, bar: &'static str) -> Result<Vec<Row>> {
        let warm_up = calls / 10;
        let mut samples = Vec::with_capacity(calls);
        for n in 0..warm_up + calls {
            let took = self.call(function).await?;
            if n >= warm_up {
                samples.push(took);
            }
        }
        let sorted = Sorted::new(samples);
        Ok(vec![
            Row::new(format!("{what}, p50"), micros(sorted.median()), bar),
            Row::note(format!("{what}, p99"), micros(sorted.permille(990))),
        ])
    }

    async fn call(&self, function: &Function) -> Result<Duration> {
        let started = Instant::now();
        let (method, body) = match &function.body {
            body if body.is_empty() => ("GET", Content::Empty),
            body => ("POST", Content::Bytes(body.clone())),
        };
        let call = Call {
            method: method.into(),
            url: "http://localhost/v1/app_000000000000/fn/hello".into(),
            headers: Vec::new(),
            body,
            environment: Arc::clone(&self.environment),
            context: self.context.clone(),
            fetch: Arc::clone(&self.fetch),
            peers: Arc::clone(&self.peers),
            database: Arc::clone(&self.database),
            anonymous_role: AnonymousRole::Service,
            listener: None,
            timeout_ms: ramekin_model::limits::DEFAULT_TIMEOUT_MS,
            memory_mb: ramekin_model::limits::DEFAULT_MEMORY_MB,
            slot: self.admission.admit(&self.app)?,
            on_end: Box::new(|_| ()),
        };
        let reply = self.sandbox.call(Arc::clone(&function.image), call).await?;
        let took = started.elapsed();
        let right = reply.status == 200 && matches!(&reply.body, Content::Bytes(body) if *body == function.answer);
        ensure!(right, "a function did not answer as it should: {}", reply.status);
        Ok(took)
    }
}

/// The size of the only image in the cache.
fn artefact(cache: &Path) -> Result<String> {
    let images = std::fs::read_dir(cache.join("images"))?.flatten().map(|entry| entry.path());
    let mut bytes = 0;
    for path in images.filter(|path| path.extension().is_some_and(|extension| extension == "cwasm")) {
        bytes += path.metadata()?.len();
    }
    Ok(format!("{:.3} MiB", bytes as f64 / (1 << 20) as f64))
}
