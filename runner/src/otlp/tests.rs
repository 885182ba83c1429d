//! The messages, byte for byte as the protocol's own schema has them; and what becomes of a call.

use super::call::{End, Ports, Tracer, Via};
use super::context::{TRACEPARENT, TraceContext};
use super::export::Queue;
use super::figures::Sources;
use super::span::{Ended, Kind, Remote, Value};
use super::wire::{self, Message as _};
use crate::config::otlp::Sampler;
use crate::exec::Admission;
use crate::meter::{Meter, Outcome};
use crate::recorder::Recorder;
use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderMap, Method};
use ramekin_host_api::AppInfo;
use ramekin_host_api::ports::database::{Claim, Database, Session, Transaction};
use ramekin_host_api::ports::{
    Content, Fetch, FetchError, FetchRequest, FetchResponse, Invoke, InvokeRequest, Redirect, SocketRequest, WebSocket,
};
use ramekin_model::{InvocationRecord, SqlError, SqlIdentity, SqlRows, SqlStatement, TriggerType};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use uuid::Uuid;

// Made with `opentelemetry.proto` 1.38 for Python.
const TRACES: &str = "0ab6010a180a160a0c736572766963652e6e616d6512060a0473686f701299010a100a0772616d656b696e1205312e322e33\
    1284010a100af7651916cd43dd8448eb211c80319c1208b7ad6b71692033311a03613d31220800f067aa0ba902b72a034745\
    5430033900002a36fe9c9717410065f753fe9c97174a0b0a047465787412030a01784a120a03696e74120b18f9ffffffffff\
    ffffff014a130a06646f75626c65120921000000000000e03f7a021802850101030000";
const RESPONSE: &str = "0a0708051203776879";
const METRICS: &str = "0ad6010a180a160a0c736572766963652e6e616d6512060a0473686f7012b9010a090a0772616d656b696e122c0a01671204\
    68656c701a0242792a1d0a1b11010000000000000019020000000000000031fdffffffffffffff12330a01731a01733a2b0a\
    2511010000000000000019020000000000000021000000000000f83f3a080a016b12030a01761002180112490a01684a440a\
    4011010000000000000019020000000000000021030000000000000029000000000000044032100100000000000000020000\
    00000000003a08000000000000d03f1002";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn text(key: &str, text: &str) -> wire::KeyValue {
    super::span::attribute(key, text.to_owned())
}

#[test]
fn traces_are_as_the_protocol_has_them() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let ended = Ended {
        context: TraceContext {
            trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span_id: 0xb7ad_6b71_6920_3331,
            sampled: true,
            state: Some("a=1".into()),
        },
        parent: Some((0x00f0_67aa_0ba9_02b7, Remote::Yes)),
        name: "GET".into(),
        kind: Kind::Client,
        start,
        end: start + Duration::from_millis(500),
        attributes: vec![("text", "x".into()), ("int", Value::Int(-7)), ("double", Value::Double(0.5))],
        failed: true,
    };
    let scope = wire::Scope { name: "ramekin".into(), version: "1.2.3".into() };
    let resource = wire::Resource { attributes: vec![text("service.name", "shop")] };
    let scope_spans = vec![wire::ScopeSpans { scope, spans: vec![ended.into()] }];
    let request = wire::TracesRequest { resource_spans: vec![wire::ResourceSpans { resource, scope_spans }] };
    assert_eq!(request.encode(), bytes(TRACES));
    assert_eq!(wire::rejected_spans(&bytes(RESPONSE)), 5);
    for (odd, why) in
        [(&[][..], "nothing"), (&[10, 200][..], "cut off"), (&[7][..], "no form"), (&[0xff; 11][..], "no end")]
    {
        assert_eq!(wire::rejected_spans(odd), 0, "{why}");
    }
}

#[test]
fn metrics_are_as_the_protocol_has_them() {
    let number = |value, attributes| wire::Number { attributes, start_time_unix_nano: 1, time_unix_nano: 2, value };
    let metric = |name: &str, description: &str, unit: &str, data| wire::Metric {
        name: name.into(),
        description: description.into(),
        unit: unit.into(),
        data,
    };
    let gauge = wire::Gauge { data_points: vec![number(wire::NumberKind::Int(-3), Vec::new())] };
    let sum = wire::Sum { data_points: vec![number(wire::NumberKind::Double(1.5), vec![text("k", "v")])] };
    let point = wire::HistogramPoint {
        start_time_unix_nano: 1,
        time_unix_nano: 2,
        count: 3,
        sum: 2.5,
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![0.25],
    };
    let histogram = wire::Histogram { data_points: vec![point] };
    let metrics = vec![
        metric("g", "help", "By", wire::Data::Gauge(gauge)),
        metric("s", "", "s", wire::Data::Sum(sum)),
        metric("h", "", "", wire::Data::Histogram(histogram)),
    ];
    let scope = wire::Scope { name: "ramekin".into(), version: String::new() };
    let resource = wire::Resource { attributes: vec![text("service.name", "shop")] };
    let scope_metrics = vec![wire::ScopeMetrics { scope, metrics }];
    let resource_metrics = vec![wire::ResourceMetrics { resource, scope_metrics }];
    assert_eq!(wire::MetricsRequest { resource_metrics }.encode(), bytes(METRICS));
}

/// Answers everything, and remembers the fields that it got.
#[derive(Default)]
struct Others(Mutex<Vec<HeaderMap>>);

fn answer(status: u16) -> FetchResponse {
    let (url, headers) = ("http://x/".to_owned(), HeaderMap::new());
    FetchResponse { status, url, redirected: false, headers, body: Content::Empty }
}

impl Fetch for Others {
    fn send(&self, request: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        self.0.lock().unwrap().push(request.headers);
        if request.url.contains("/waits") {
            return std::future::pending().boxed();
        }
        async move {
            if request.url.contains("/denied") { Err(FetchError::Denied("canary".into())) } else { Ok(answer(404)) }
        }
        .boxed()
    }

    fn open(&self, _: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
        Box::pin(async { Err(FetchError::Network("canary".into())) })
    }
}

impl Invoke for Others {
    fn invoke(&self, request: InvokeRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        self.0.lock().unwrap().push(request.headers);
        async move { Ok(answer(200)) }.boxed()
    }
}

impl Database for Others {
    fn query(&self, _: Session, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        rows(&statement).boxed()
    }

    fn begin(&self, _: Session) -> BoxFuture<'static, Result<Arc<dyn Transaction>, SqlError>> {
        async move { Ok(Arc::new(Open) as Arc<dyn Transaction>) }.boxed()
    }

    fn claim(&self, _: Session, _: Claim) -> BoxFuture<'static, Result<bool, SqlError>> {
        async move { Ok(true) }.boxed()
    }
}

fn rows(statement: &SqlStatement) -> impl Future<Output = Result<SqlRows, SqlError>> + use<> {
    let fails = statement.text.contains("fails");
    async move {
        if fails {
            return Err(SqlError::Server(vec![("code", "23505".into()), ("detail", "Key (email)=(canary)".into())]));
        }
        Ok(SqlRows { command: "INSERT 0 1".into(), ..SqlRows::default() })
    }
}

struct Open;

impl Transaction for Open {
    fn query(self: Arc<Self>, statement: SqlStatement) -> BoxFuture<'static, Result<SqlRows, SqlError>> {
        rows(&statement).boxed()
    }

    fn commit(self: Arc<Self>) -> BoxFuture<'static, Result<bool, SqlError>> {
        async move { Ok(true) }.boxed()
    }

    fn rollback(self: Arc<Self>) -> BoxFuture<'static, Result<(), SqlError>> {
        async move { Ok(()) }.boxed()
    }
}

fn tracer(room: usize) -> (Tracer, mpsc::Receiver<Ended>) {
    let (queue, spans) = Queue::new(room);
    (Tracer { queue, sampler: Sampler { parent_based: true, below: 1 << 56 } }, spans)
}

fn app() -> Arc<AppInfo> {
    let owner_id = Uuid::nil();
    Arc::new(AppInfo {
        id: "app_000000000000".into(),
        name: "shop".into(),
        subdomain: None,
        owner_id,
        anon_key: String::new(),
    })
}

fn get(url: &str) -> FetchRequest {
    let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, "canary".parse().unwrap())]);
    let (method, body, redirect) = (Method::GET, Content::Empty, Redirect::Follow);
    FetchRequest { app: app(), method, url: url.into(), headers, body, redirect }
}

fn sql(text: &str) -> (Session, SqlStatement) {
    let session = Session { app: app(), identity: SqlIdentity::User("canary".into()), time: Duration::from_secs(1) };
    (session, SqlStatement { text: text.into(), parameters: vec![Some("canary".into())] })
}

fn record(status: Option<u16>) -> InvocationRecord {
    InvocationRecord {
        id: Uuid::nil(),
        function_id: Uuid::nil(),
        app_id: "app_000000000000".parse().unwrap(),
        user_id: Some("canary".into()),
        method: "GET".into(),
        path: "/v1/app_000000000000/fn/f".into(),
        status_code: status,
        request_bytes: 0,
        response_bytes: 0,
        duration_ms: 1,
        cpu_us: 1_500,
        memory_bytes: 65_536,
        error: Some("canary".into()),
        stack: Some("canary".into()),
        started_at: chrono::Utc::now(),
        console: Vec::new(),
        trigger: TriggerType::Http,
        acted: None,
    }
}

fn ports(others: &Arc<Others>) -> Ports {
    let (fetch, database, peers) = (Arc::clone(others), Arc::clone(others), Arc::clone(others));
    Ports { fetch, database, peers }
}

fn said<'a>(span: &'a Ended, name: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|(said, _)| *said == name).map(|(_, value)| value)
}

fn caller(sampled: bool) -> TraceContext {
    TraceContext { sampled, state: Some("a=1".into()), ..TraceContext::begin() }
}

#[tokio::test]
async fn what_a_call_asks_for_is_below_it_and_nothing_of_it_is_told() {
    let (tracer, mut spans) = tracer(100);
    let caller = caller(true);
    let trace = tracer.call(&Via { route: "/v1/{app}/fn/{name}", caller: Some(caller.clone()) });
    let others = Arc::<Others>::default();
    let Ports { fetch, database, peers } = trace.ports(ports(&others));
    let (session, statement) = sql("INSERT INTO t VALUES ('canary')");
    database.query(session, statement).await.unwrap();
    let (session, statement) = sql("WITH canary AS (fails) SELECT 1");
    database.query(session.clone(), statement.clone()).await.unwrap_err();
    let open = database.begin(session).await.unwrap();
    Arc::clone(&open).query(statement).await.unwrap_err();
    Arc::clone(&open).commit().await.unwrap();
    open.rollback().await.unwrap();
    fetch.send(get("https://api.example:8443/canary?canary=canary")).await.unwrap();
    assert!(fetch.send(get("http://api.example/denied")).await.is_err());
    drop(fetch.send(get("http://api.example/waits")));
    let (function, headers) = ("other".to_owned(), HeaderMap::new());
    peers.invoke(InvokeRequest { function, method: Method::POST, headers, content: None::<Bytes> }).await.unwrap();
    let record = record(Some(500));
    trace.end(&End {
        record: &record,
        name: &"f".into(),
        outcome: Outcome::Exception,
        took: Duration::from_millis(1_500),
    });

    let mut all = Vec::new();
    while let Ok(span) = spans.try_recv() {
        all.push(span);
    }
    let names: Vec<&str> = all.iter().map(|span| &*span.name).collect();
    let app = "app_000000000000";
    let expected =
        ["INSERT", "WITH", "BEGIN", "WITH", "COMMIT", "ROLLBACK"].map(|operation| format!("{operation} {app}"));
    assert_eq!(names[..6], expected);
    assert_eq!(names[6..], ["GET", "GET", "GET", "invoke other", "f"]);
    let (server, below) = all.split_last().unwrap();
    assert_eq!((server.kind, server.parent), (Kind::Server, Some((caller.span_id, Remote::Yes))));
    assert_eq!(server.end.duration_since(server.start).unwrap(), Duration::from_millis(1_500));
    for (name, value) in [
        ("faas.name", Value::Shared("f".into())),
        ("faas.trigger", "http".into()),
        ("http.route", "/v1/{app}/fn/{name}".into()),
        ("http.response.status_code", 500_u16.into()),
        ("error.type", "exception".into()),
    ] {
        assert_eq!(said(server, name), Some(&value), "{name}");
    }
    for span in below {
        assert_eq!(
            (span.kind, span.parent),
            (Kind::Client, Some((server.context.span_id, Remote::No))),
            "{}",
            span.name
        );
        assert!(span.end >= span.start);
    }
    for span in &all {
        assert_eq!(span.context.trace_id, caller.trace_id);
        assert!(!format!("{span:?}").contains("canary"), "{span:?}");
    }
    let failures: Vec<_> = all.iter().map(|span| (span.failed, said(span, "error.type").cloned())).collect();
    let failed = |kind: &str| (true, Some(Value::from(kind.to_owned())));
    let fine = (false, None);
    let expected = [
        fine.clone(),
        failed("23505"),
        fine.clone(),
        failed("23505"),
        fine.clone(),
        fine.clone(),
        failed("404"),
        failed("denied"),
        failed("cancelled"),
        fine,
        failed("exception"),
    ];
    assert_eq!(failures, expected);
    assert_eq!(said(&all[6], "server.address"), Some(&Value::from("api.example".to_owned())));
    assert_eq!(said(&all[6], "server.port"), Some(&Value::Int(8_443)));

    // Who is asked is told which span has asked.
    let told: Vec<_> = others.0.lock().unwrap().iter().map(|headers| TraceContext::read(headers).unwrap()).collect();
    assert_eq!(
        told.iter().map(|context| context.span_id).collect::<Vec<_>>(),
        [6, 7, 8, 9].map(|at| all[at].context.span_id)
    );
    assert!(told.iter().all(|context| context.sampled && context.state.as_deref() == Some("a=1")));
}

#[tokio::test]
async fn an_unsampled_trace_is_passed_on_and_not_recorded() {
    let (tracer, mut spans) = tracer(100);
    let caller = caller(false);
    let trace = tracer.call(&Via { route: "", caller: Some(caller.clone()) });
    let others = Arc::<Others>::default();
    let Ports { fetch, database, .. } = trace.ports(ports(&others));
    fetch.send(get("http://api.example/")).await.unwrap();
    let (session, statement) = sql("SELECT 1");
    database.query(session, statement).await.unwrap();
    trace.end(&End { record: &record(Some(200)), name: &"f".into(), outcome: Outcome::Ok, took: Duration::ZERO });
    assert!(spans.try_recv().is_err(), "nothing is recorded");
    let told = TraceContext::read(&others.0.lock().unwrap()[0]).unwrap();
    assert_eq!((told.trace_id, told.sampled), (caller.trace_id, false));
    assert_ne!(told.span_id, caller.span_id);
}

#[tokio::test]
async fn what_a_function_says_itself_stays() {
    let (tracer, _spans) = tracer(100);
    let trace = tracer.call(&Via::default());
    let others = Arc::<Others>::default();
    let Ports { fetch, .. } = trace.ports(ports(&others));
    let own = caller(true);
    let mut request = get("http://api.example/");
    own.write(&mut request.headers);
    fetch.send(request).await.unwrap();
    assert_eq!(TraceContext::read(&others.0.lock().unwrap()[0]), Some(own));
    assert_eq!(others.0.lock().unwrap()[0].get_all(TRACEPARENT).iter().count(), 1);
}

#[test]
fn a_call_without_a_caller_begins_a_trace() {
    let (tracer, mut spans) = tracer(100);
    for (status, outcome, failed) in [
        (Some(200), Outcome::Ok, false),
        (Some(404), Outcome::ClientError, false),
        (Some(503), Outcome::ServerError, true),
        (None, Outcome::Cancelled, true),
    ] {
        let trace = tracer.call(&Via::default());
        trace.end(&End { record: &record(status), name: &"f".into(), outcome, took: Duration::ZERO });
        let span = spans.try_recv().unwrap();
        assert_eq!((span.parent, span.failed, span.context.sampled), (None, failed, true), "{outcome:?}");
        assert_eq!(said(&span, "http.response.status_code").is_some(), status.is_some());
        assert_eq!(said(&span, "http.route"), None);
    }
    assert!(
        said(
            &{
                let trace = tracer.call(&Via::default());
                trace.end(&End {
                    record: &record(Some(503)),
                    name: &"f".into(),
                    outcome: Outcome::ServerError,
                    took: Duration::ZERO,
                });
                spans.try_recv().unwrap()
            },
            "error.type"
        ) == Some(&Value::from("503".to_owned()))
    );
}

#[tokio::test]
async fn nothing_is_made_when_nothing_is_to_be_sent() {
    struct Nowhere;
    impl crate::recorder::Sink for Nowhere {
        async fn write(&self, _: &[InvocationRecord]) -> Result<(), ramekin_store::StoreError> {
            Ok(())
        }
    }
    let (recorder, writer) = Recorder::start(Nowhere);
    let sources = Sources { meter: Meter::new(), admission: Admission::new(1, 1), recorder };
    let (tracer, exports) = super::start(None, sources).unwrap();
    assert!(tracer.is_none());
    exports.close().await;
    writer.close().await;
}
