//! A collector of OpenTelemetry: takes OTLP over HTTP, and remembers it. It reads the messages with descriptions of its own, so
//! that what the server writes is held against the protocol and not against itself.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prost::Message;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything.
    Takes,
    /// Takes the connection, and answers nothing.
    Silent,
    /// Answers 503.
    Busy,
}

/// See the module's documentation. It runs as long as the process.
#[derive(Clone)]
pub struct Collector {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    manner: Manner,
    spans: Vec<Span>,
    metrics: Vec<Metric>,
    /// Fields of every request.
    fields: Vec<http::HeaderMap>,
    odd: Vec<String>,
}

/// A span that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// In hex.
    pub trace: String,
    /// In hex.
    pub id: String,
    /// In hex; empty when it has none.
    pub parent: String,
    /// `tracestate`.
    pub state: String,
    /// Its name.
    pub name: String,
    /// 2 is a server, 3 a client.
    pub kind: i32,
    /// From its start to its end, in nanoseconds since 1970.
    pub time: (u64, u64),
    /// As text.
    pub attributes: BTreeMap<String, String>,
    /// Whether it says that it has failed.
    pub failed: bool,
    /// Of the server that has sent it.
    pub resource: BTreeMap<String, String>,
}

/// A point of a metric that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// As text.
    pub attributes: BTreeMap<String, String>,
    /// Of a histogram, how many there are.
    pub value: f64,
}

impl Collector {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(manner: Manner) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (spans, metrics, fields, odd) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let state = Arc::new(Mutex::new(State { manner, spans, metrics, fields, odd }));
        let collector = Self { address, state };
        let taking = collector.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let collector = taking.clone();
                let service = service_fn(move |request| {
                    let collector = collector.clone();
                    async move { collector.answer(request).await }
                });
                let serve = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move { drop(serve.await) });
            }
        });
        Ok(collector)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves like this from now on.
    pub fn be(&self, manner: Manner) {
        self.state().manner = manner;
    }

    /// What it has taken of these traces.
    pub fn spans(&self) -> Vec<Span> {
        self.state().spans.clone()
    }

    /// What it has taken of metrics.
    pub fn metrics(&self) -> Vec<Metric> {
        self.state().metrics.clone()
    }

    /// The fields of every request.
    pub fn fields(&self) -> Vec<http::HeaderMap> {
        self.state().fields.clone()
    }

    /// Waits until what it has taken is enough, but not for long.
    ///
    /// # Errors
    /// When it is not; or when something came that is no message.
    pub async fn until(&self, within: Duration, enough: impl Fn(&[Span], &[Metric]) -> bool) -> Result<()> {
        let begun = Instant::now();
        loop {
            {
                let state = self.state();
                anyhow::ensure!(state.odd.is_empty(), "odd requests came: {:?}", state.odd);
                if enough(&state.spans, &state.metrics) {
                    return Ok(());
                }
                anyhow::ensure!(begun.elapsed() < within, "after {within:?} there are {:#?}", state.spans);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let manner = self.state().manner;
        if manner == Manner::Silent {
            std::future::pending::<()>().await;
        }
        let mut response = Response::new(Full::default());
        if manner == Manner::Busy {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return Ok(response);
        }
        let mut state = self.state();
        let taken = match head.uri.path() {
            "/v1/traces" => read_spans(&body).map(|spans| state.spans.extend(spans)),
            "/v1/metrics" => read_metrics(&body).map(|metrics| state.metrics.extend(metrics)),
            other => Err(anyhow::anyhow!("nothing is sent to {other}")),
        };
        let kind = head.headers.get("content-type").map(|kind| kind.as_bytes() == b"application/x-protobuf");
        if let Err(error) = taken {
            state.odd.push(format!("{error:#}"));
        } else if kind != Some(true) {
            state.odd.push(format!("the content type is {:?}", head.headers.get("content-type")));
        }
        state.fields.push(head.headers);
        Ok(response)
    }
}

fn read_spans(body: &[u8]) -> Result<Vec<Span>> {
    let request = wire::Traces::decode(body).context("traces")?;
    let mut spans = Vec::new();
    for of_resource in request.resources {
        let resource = attributes(of_resource.resource.unwrap_or_default().attributes);
        for span in of_resource.scopes.into_iter().flat_map(|scope| scope.spans) {
            spans.push(Span {
                trace: hex(&span.trace),
                id: hex(&span.id),
                parent: hex(&span.parent),
                state: span.state,
                name: span.name,
                kind: span.kind,
                time: (span.start, span.end),
                attributes: attributes(span.attributes),
                failed: span.status.is_some_and(|status| status.code == 2),
                resource: resource.clone(),
            });
        }
    }
    Ok(spans)
}

fn read_metrics(body: &[u8]) -> Result<Vec<Metric>> {
    let request = wire::Metrics::decode(body).context("metrics")?;
    let mut points = Vec::new();
    let scopes = request.resources.into_iter().flat_map(|resource| resource.scopes);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let name = metric.name;
        let numbers = metric.gauge.into_iter().chain(metric.sum).flat_map(|numbers| numbers.points);
        for point in numbers {
            let value = point.double.or(point.int.map(|int| int as f64)).unwrap_or_default();
            points.push(Metric { name: name.clone(), attributes: attributes(point.attributes), value });
        }
        for point in metric.histogram.into_iter().flat_map(|histogram| histogram.points) {
            anyhow::ensure!(point.counts.len() == point.bounds.len() + 1, "{name} has {:?}", point.counts);
            anyhow::ensure!(point.counts.iter().sum::<u64>() == point.count, "{name} does not add up");
            points.push(Metric { name: name.clone(), attributes: BTreeMap::new(), value: point.count as f64 });
        }
    }
    Ok(points)
}

fn attributes(all: Vec<wire::KeyValue>) -> BTreeMap<String, String> {
    let text = |value: wire::Value| {
        let int = value.int.map(|int| int.to_string());
        value.text.or(int).or(value.double.map(|double| double.to_string())).unwrap_or_default()
    };
    all.into_iter().map(|one| (one.key, one.value.map(text).unwrap_or_default())).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As much of the messages as is looked at. A `oneof` is read as fields of which one is there.
mod wire {
    use prost::Message;

    #[derive(Clone, PartialEq, Message)]
    pub struct Traces {
        #[prost(message, repeated, tag = "1")]
        pub resources: Vec<ResourceSpans>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct ResourceSpans {
        #[prost(message, optional, tag = "1")]
        pub resource: Option<Resource>,
        #[prost(message, repeated, tag = "2")]
        pub scopes: Vec<ScopeSpans>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Resource {
        #[prost(message, repeated, tag = "1")]
        pub attributes: Vec<KeyValue>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct ScopeSpans {
        #[prost(message, repeated, tag = "2")]
        pub spans: Vec<Span>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Span {
        #[prost(bytes = "vec", tag = "1")]
        pub trace: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub id: Vec<u8>,
        #[prost(string, tag = "3")]
        pub state: String,
        #[prost(bytes = "vec", tag = "4")]
        pub parent: Vec<u8>,
        #[prost(string, tag = "5")]
        pub name: String,
        #[prost(int32, tag = "6")]
        pub kind: i32,
        #[prost(fixed64, tag = "7")]
        pub start: u64,
        #[prost(fixed64, tag = "8")]
        pub end: u64,
        #[prost(message, repeated, tag = "9")]
        pub attributes: Vec<KeyValue>,
        #[prost(message, optional, tag = "15")]
        pub status: Option<Status>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Status {
        #[prost(int32, tag = "3")]
        pub code: i32,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct KeyValue {
        #[prost(string, tag = "1")]
        pub key: String,
        #[prost(message, optional, tag = "2")]
        pub value: Option<Value>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Value {
        #[prost(string, optional, tag = "1")]
        pub text: Option<String>,
        #[prost(int64, optional, tag = "3")]
        pub int: Option<i64>,
        #[prost(double, optional, tag = "4")]
        pub double: Option<f64>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Metrics {
        #[prost(message, repeated, tag = "1")]
        pub resources: Vec<ResourceMetrics>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct ResourceMetrics {
        #[prost(message, repeated, tag = "2")]
        pub scopes: Vec<ScopeMetrics>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct ScopeMetrics {
        #[prost(message, repeated, tag = "2")]
        pub metrics: Vec<Metric>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Metric {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(message, optional, tag = "5")]
        pub gauge: Option<Numbers>,
        #[prost(message, optional, tag = "7")]
        pub sum: Option<Numbers>,
        #[prost(message, optional, tag = "9")]
        pub histogram: Option<Histogram>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Numbers {
        #[prost(message, repeated, tag = "1")]
        pub points: Vec<Number>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Number {
        #[prost(double, optional, tag = "4")]
        pub double: Option<f64>,
        #[prost(sfixed64, optional, tag = "6")]
        pub int: Option<i64>,
        #[prost(message, repeated, tag = "7")]
        pub attributes: Vec<KeyValue>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Histogram {
        #[prost(message, repeated, tag = "1")]
        pub points: Vec<HistogramPoint>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct HistogramPoint {
        #[prost(fixed64, tag = "4")]
        pub count: u64,
        #[prost(fixed64, repeated, tag = "6")]
        pub counts: Vec<u64>,
        #[prost(double, repeated, tag = "7")]
        pub bounds: Vec<f64>,
    }
}
