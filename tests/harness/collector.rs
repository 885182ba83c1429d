//! A collector of OpenTelemetry: takes OTLP over HTTP, and remembers it. It reads the messages with descriptions of its own, so
//! that what the server writes is held against the protocol and not against itself.

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
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
    pub kind: i64,
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
    let mut spans = Vec::new();
    for of_resource in wire::Fields::read(body)?.messages(1)? {
        let resource = match of_resource.messages(1)?.as_slice() {
            [resource] => attributes(resource, 1)?,
            _ => anyhow::bail!("spans of no resource, or of several"),
        };
        for of_scope in of_resource.messages(2)? {
            for span in of_scope.messages(2)? {
                let failed = span.messages(15)?.iter().any(|status| status.number(3) == 2);
                spans.push(Span {
                    trace: hex(span.bytes(1)),
                    id: hex(span.bytes(2)),
                    parent: hex(span.bytes(4)),
                    state: span.text(3),
                    name: span.text(5),
                    kind: span.number(6),
                    time: (span.fixed(7), span.fixed(8)),
                    attributes: attributes(&span, 9)?,
                    failed,
                    resource: resource.clone(),
                });
            }
        }
    }
    Ok(spans)
}

fn read_metrics(body: &[u8]) -> Result<Vec<Metric>> {
    let mut points = Vec::new();
    for of_resource in wire::Fields::read(body)?.messages(1)? {
        for of_scope in of_resource.messages(2)? {
            for metric in of_scope.messages(2)? {
                read_metric(&metric, &mut points)?;
            }
        }
    }
    Ok(points)
}

fn read_metric(metric: &wire::Fields<'_>, points: &mut Vec<Metric>) -> Result<()> {
    let name = metric.text(1);
    for numbers in metric.messages(5)?.iter().chain(&metric.messages(7)?) {
        for point in numbers.messages(1)? {
            let value = if point.has(4) { f64::from_bits(point.fixed(4)) } else { point.fixed(6) as f64 };
            points.push(Metric { name: name.clone(), attributes: attributes(&point, 7)?, value });
        }
    }
    for histogram in metric.messages(9)? {
        for point in histogram.messages(1)? {
            let (count, counts, bounds) = (point.fixed(4), point.bytes(6), point.bytes(7));
            let sum: u64 = counts.chunks(8).map(wire::little).sum();
            anyhow::ensure!(counts.len() == bounds.len() + 8, "{name} has {} bytes of counts", counts.len());
            anyhow::ensure!(sum == count, "{name} is of {count}, and has {sum} in its ranges");
            points.push(Metric { name: name.clone(), attributes: BTreeMap::new(), value: count as f64 });
        }
    }
    Ok(())
}

fn attributes(of: &wire::Fields<'_>, field: u64) -> Result<BTreeMap<String, String>> {
    let mut read = BTreeMap::new();
    for attribute in of.messages(field)? {
        for value in attribute.messages(2)? {
            let text = if value.has(3) {
                value.number(3).to_string()
            } else if value.has(4) {
                f64::from_bits(value.fixed(4)).to_string()
            } else {
                value.text(1)
            };
            read.insert(attribute.text(1), text);
        }
    }
    Ok(read)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Protobuf, as far as it is needed to look at a message: its fields by their numbers.
mod wire {
    use anyhow::{Context as _, Result, bail};

    enum Value<'a> {
        Number(u64),
        Fixed(u64),
        Bytes(&'a [u8]),
    }

    /// A message.
    pub struct Fields<'a>(Vec<(u64, Value<'a>)>);

    impl<'a> Fields<'a> {
        pub fn read(mut rest: &'a [u8]) -> Result<Self> {
            let mut fields = Vec::new();
            while !rest.is_empty() {
                let key = varint(&mut rest)?;
                let value = match key & 7 {
                    0 => Value::Number(varint(&mut rest)?),
                    1 => Value::Fixed(little(take(&mut rest, 8)?)),
                    2 => {
                        let length = usize::try_from(varint(&mut rest)?)?;
                        Value::Bytes(take(&mut rest, length)?)
                    }
                    5 => Value::Fixed(little(take(&mut rest, 4)?)),
                    other => bail!("a field of the form {other}"),
                };
                fields.push((key >> 3, value));
            }
            Ok(Self(fields))
        }

        fn all(&self, field: u64) -> impl Iterator<Item = &Value<'a>> {
            self.0.iter().filter(move |(number, _)| *number == field).map(|(_, value)| value)
        }

        pub fn has(&self, field: u64) -> bool {
            self.all(field).next().is_some()
        }

        pub fn messages(&self, field: u64) -> Result<Vec<Fields<'a>>> {
            let bytes = self.all(field).map(|value| match value {
                Value::Bytes(bytes) => Fields::read(bytes),
                Value::Number(_) | Value::Fixed(_) => bail!("field {field} is no message"),
            });
            bytes.collect()
        }

        pub fn bytes(&self, field: u64) -> &'a [u8] {
            let found =
                self.all(field).find_map(|value| if let Value::Bytes(bytes) = value { Some(*bytes) } else { None });
            found.unwrap_or_default()
        }

        pub fn text(&self, field: u64) -> String {
            String::from_utf8_lossy(self.bytes(field)).into_owned()
        }

        pub fn number(&self, field: u64) -> i64 {
            let found =
                self.all(field).find_map(|value| if let Value::Number(number) = value { Some(*number) } else { None });
            found.unwrap_or_default().cast_signed()
        }

        pub fn fixed(&self, field: u64) -> u64 {
            let found =
                self.all(field).find_map(|value| if let Value::Fixed(number) = value { Some(*number) } else { None });
            found.unwrap_or_default()
        }
    }

    /// A number whose last byte comes first.
    pub fn little(bytes: &[u8]) -> u64 {
        bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }

    fn take<'a>(from: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = from.split_at_checked(length).context("a field is cut off")?;
        *from = rest;
        Ok(taken)
    }

    fn varint(from: &mut &[u8]) -> Result<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = take(from, 1)? else { bail!("a number is cut off") };
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number without an end")
    }
}
