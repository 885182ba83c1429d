//! Talks to a collector: OTLP over HTTP, as protobuf. What it says to be passing is tried again, within the time that it has.

use crate::config::otlp::Collector;
use crate::fetch;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::future::Future;
use std::io::Write as _;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Pauses between attempts grow from the first to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// For a connection to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// What is read of an answer.
const ANSWER: usize = 64 * 1024;

/// Takes a message. A trait, so that tests can do without a network.
pub(super) trait Deliver: Send + Sync + 'static {
    /// Hands it over; returns what is answered.
    fn deliver(&self, body: Vec<u8>) -> impl Future<Output = Result<Bytes, Undelivered>> + Send;
}

/// Why a message was not taken. Names no field and no content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Undelivered {
    /// The collector said no.
    #[error("the collector answers {0}")]
    Status(StatusCode),
    /// It cannot be reached.
    #[error("the collector cannot be reached")]
    Network,
    /// It has not taken it in time.
    #[error("the collector has not taken them within {0:?}")]
    Late(Duration),
    /// The server ends.
    #[error("the server ended first")]
    Ending,
}

/// See the module's documentation.
pub(super) struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    collector: Collector,
}

enum Attempt {
    Taken(Bytes),
    /// It may be taken later: after this time, if the collector has said so.
    Later(Undelivered, Option<Duration>),
    Never(Undelivered),
}

impl Client {
    /// A client of this collector.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn new(collector: Collector) -> Result<Self, rustls::Error> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT));
        let pool = Pool::builder(TokioExecutor::new()).build(HttpsConnector::from((http, fetch::tls()?)));
        Ok(Self { pool, collector })
    }

    async fn attempt(&self, body: Bytes) -> Attempt {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.collector.url.clone();
        let fields = request.headers_mut();
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        fields.insert(header::USER_AGENT, HeaderValue::from_static(concat!("Ramekin/", env!("CARGO_PKG_VERSION"))));
        if self.collector.gzip {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        for (name, value) in &self.collector.headers {
            fields.insert(name, value.clone());
        }
        let Ok(answer) = self.pool.request(request).await else { return Attempt::Later(Undelivered::Network, None) };
        let (head, body) = answer.into_parts();
        if head.status.is_success() {
            // It was taken, whatever becomes of the answer.
            let body = Limited::new(body, ANSWER).collect().await;
            return Attempt::Taken(body.map(http_body_util::Collected::to_bytes).unwrap_or_default());
        }
        let refused = Undelivered::Status(head.status);
        match head.status.as_u16() {
            429 | 502 | 503 | 504 => {
                let after = head.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                Attempt::Later(refused, after.map(Duration::from_secs))
            }
            _ => Attempt::Never(refused),
        }
    }

    async fn attempts(&self, body: Bytes, last: &mut Option<Undelivered>) -> Result<Bytes, Undelivered> {
        let mut pause = BACKOFF.0;
        loop {
            match self.attempt(body.clone()).await {
                Attempt::Taken(answer) => return Ok(answer),
                Attempt::Never(why) => return Err(why),
                Attempt::Later(why, after) => {
                    *last = Some(why);
                    sleep(after.unwrap_or(pause).max(pause)).await;
                    pause = (pause * 2).min(BACKOFF.1);
                }
            }
        }
    }
}

impl Deliver for Client {
    async fn deliver(&self, body: Vec<u8>) -> Result<Bytes, Undelivered> {
        let body = if self.collector.gzip { gzipped(&body) } else { body };
        let mut last = None;
        let within = self.collector.timeout;
        let answer = timeout(within, self.attempts(body.into(), &mut last)).await;
        answer.unwrap_or_else(|_| Err(last.unwrap_or(Undelivered::Late(within))))
    }
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}
