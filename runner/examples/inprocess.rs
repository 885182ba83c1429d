//! Measures a call inside the process: store, instance, handle, drop.
#![allow(
    clippy::all,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::allow_attributes_without_reason,
    clippy::allow_attributes,
    missing_docs
)]
use futures::future::BoxFuture;
use ramekin_compiler::Source;
use ramekin_host_api::ports::*;
use ramekin_host_api::*;
use ramekin_runner::exec::*;
use std::sync::Arc;
use std::time::Instant;

struct NoFetch;
impl Fetch for NoFetch {
    fn send(&self, _: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async { Err(FetchError::Denied("no".into())) })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let dir = std::env::temp_dir().join("ramekin-inprocess");
    let t = Instant::now();
    let sandbox = Sandbox::open(SandboxOptions { cache_dir: dir, max_instances: 1100 }).await.unwrap();
    println!("open {:?}", t.elapsed());
    let code = std::env::args()
        .nth(1)
        .map(|f| std::fs::read_to_string(f).unwrap())
        .unwrap_or("export default () => new Response('hello')".into());
    let n: usize = std::env::args().nth(2).map_or(2000, |n| n.parse().unwrap());
    let t = Instant::now();
    let source = Source { file_name: "hello.ts".into(), code: format!("{code}\n// {}", uuid::Uuid::new_v4()) };
    let built =
        sandbox.build(source, &Environment::default(), chrono::Utc::now()).await.map_err(|e| e.to_string()).unwrap();
    println!("build {:?} {:?} {:?}", t.elapsed(), built.image.startup(), built.console);
    let admission = Admission::new(1100, 1100);
    let app: ramekin_model::AppId = "app_000000000000".parse().unwrap();
    let info = Arc::new(AppInfo { id: app.to_string(), name: "x".into(), owner_id: uuid::Uuid::nil() });
    let env = Arc::new(Environment::default());
    let fetch: Arc<dyn Fetch> = Arc::new(NoFetch);
    let mut times = vec![];
    for i in 0..n {
        let call = Call {
            method: "GET".into(),
            url: "http://localhost:4000/v1/app_000000000000/fn/hello?x=1".into(),
            headers: b"host: localhost\r\nuser-agent: x\r\naccept: */*\r\n".to_vec(),
            body: Content::Empty,
            environment: env.clone(),
            context: CallContext {
                function: "hello".into(),
                request_id: uuid::Uuid::nil(),
                client_ip: None,
                user: None,
                caller: Caller::anonymous(),
                app: info.clone(),
            },
            fetch: fetch.clone(),
            listener: None,
            timeout_ms: std::env::var("T").map_or(30000, |t| t.parse().unwrap()),
            memory_mb: 64,
            slot: admission.admit(&app).unwrap(),
            on_end: Box::new(move |ended| {
                if i == 0 {
                    println!("{ended:?}")
                }
            }),
        };
        let t = Instant::now();
        let reply = sandbox.call(built.image.clone(), call).await;
        times.push(t.elapsed());
        if i == 0 {
            match reply {
                Ok(reply) => {
                    println!("{} {:?}", reply.status, reply.headers);
                    match reply.body {
                        Content::Bytes(b) => println!("{:?}", String::from_utf8_lossy(&b)),
                        Content::Empty => println!("empty"),
                        Content::Stream(mut s) => {
                            use futures::StreamExt;
                            while let Some(c) = s.next().await {
                                println!("chunk {c:?}");
                            }
                        }
                    }
                }
                Err(e) => println!("{e:?}"),
            }
        }
    }
    times.sort();
    println!("p50 {:?} p90 {:?} min {:?}", times[n / 2], times[n * 9 / 10], times[0]);
}
