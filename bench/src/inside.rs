//! One call inside the process: a store, an instance, the handler, and all of it dropped again, fuel and limits on.

use crate::stats::{Sorted, micros};
use crate::table::Row;
use anyhow::{Result, ensure};
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
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

pub(crate) const HELLO: &str = "export default () => new Response('Hello');";
const CALLS: usize = 20_000;
const WARM_UP: usize = 2_000;

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
            image: image(&sandbox, &app).await?,
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
        let mut samples = Vec::with_capacity(CALLS);
        for n in 0..WARM_UP + CALLS {
            let took = bench.call().await?;
            if n >= WARM_UP {
                samples.push(took);
            }
        }
        let sorted = Sorted::new(samples);
        let figure = |text: &str| format!("hello inside the process, {text}");
        Ok(vec![
            Row::new(figure("p50"), micros(sorted.median()), "≤ 60 µs"),
            Row::note(figure("p99"), micros(sorted.permille(990))),
            Row::new("hello: compiled artefact with its heap image", artefact(folder.path())?, "≤ 1 MiB"),
        ])
    })
}

async fn image(sandbox: &Sandbox, app: &AppId) -> Result<Arc<Image>> {
    let source = Source::new("hello.ts", HELLO);
    Ok(sandbox.build(source, app, Utc::now(), &Environment::default()).await?.image)
}

struct Bench {
    sandbox: Sandbox,
    image: Arc<Image>,
    admission: Arc<Admission>,
    app: AppId,
    context: CallContext,
    environment: Arc<Environment>,
    fetch: Arc<dyn Fetch>,
    peers: Arc<dyn Invoke>,
    database: Arc<dyn Database>,
}

impl Bench {
    async fn call(&self) -> Result<Duration> {
        let started = Instant::now();
        let call = Call {
            method: "GET".into(),
            url: "http://localhost/v1/app_000000000000/fn/hello".into(),
            headers: Vec::new(),
            body: Content::Empty,
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
        let reply = self.sandbox.call(Arc::clone(&self.image), call).await?;
        let took = started.elapsed();
        let right = reply.status == 200 && matches!(&reply.body, Content::Bytes(body) if body.as_ref() == b"Hello");
        ensure!(right, "hello did not answer as it should: {}", reply.status);
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
