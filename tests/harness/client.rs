//! A small HTTP client that sends what it is told and hides nothing of the answer: no redirects, no decoding, repeated
//! fields kept, a body that breaks off told apart from one that ends.

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// How long an answer may take when nothing else is said.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request to send.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Fields besides `host` and `content-length`.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Content.
    pub body: Bytes,
    /// How long the whole answer may take.
    pub within: Duration,
    /// Goes away after this, even in the middle of the answer.
    pub leave_after: Option<Duration>,
}

impl Sent {
    /// A request without content.
    pub fn new(method: &str, target: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            within: PATIENCE,
            leave_after: None,
        }
    }

    /// A GET.
    pub fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    /// A POST of JSON.
    pub fn post(target: impl Into<String>, json: &serde_json::Value) -> Self {
        Self::new("POST", target).header("content-type", "application/json").body(json.to_string())
    }

    /// With another field.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }

    /// With the owner's key.
    #[must_use]
    pub fn as_owner(self) -> Self {
        self.header("authorization", format!("Bearer {}", crate::server::KEY))
    }

    /// With this content.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Waits this long for the whole answer.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    fn build(&self, address: SocketAddr) -> Result<Request<Full<Bytes>>> {
        let method = Method::from_bytes(self.method.as_bytes())?;
        let mut request = Request::builder().method(method).uri(&self.target).body(Full::new(self.body.clone()))?;
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(value)?);
        }
        if !headers.contains_key("host") {
            headers.insert("host", HeaderValue::from_str(&address.to_string())?);
        }
        Ok(request)
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Status; 0 when the client left before it came.
    pub status: u16,
    /// Fields, in order, repeated ones included.
    pub headers: HeaderMap,
    /// As much of the content as came.
    pub body: Vec<u8>,
    /// Why the content broke off, if it did.
    pub broken: Option<String>,
    /// From sending to the first byte of the content, or to the end when there is none.
    pub first_byte: Duration,
    /// From sending to the end.
    pub total: Duration,
}

impl Answer {
    /// The content as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.text()))
    }

    /// The content as text, cut when it is long.
    pub fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        if text.chars().count() <= 2_000 {
            text.into_owned()
        } else {
            format!("{}…", text.chars().take(2_000).collect::<String>())
        }
    }

    /// The values of a field.
    pub fn header(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    /// The answer itself when its status is this one.
    ///
    /// # Errors
    /// When it is another.
    pub fn expect(self, status: u16) -> Result<Self> {
        anyhow::ensure!(self.status == status, "status {} instead of {status}: {}", self.status, self.text());
        Ok(self)
    }
}

/// Sends requests to a server, each on a connection of its own.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    address: SocketAddr,
}

impl Client {
    /// A client of the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// A connection that serves many requests, one after the other.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(self.address).await.context("connecting to the server")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection { address: self.address, sender })
    }

    /// Sends one request.
    ///
    /// # Errors
    /// When there is no answer in time.
    pub async fn send(&self, sent: &Sent) -> Result<Answer> {
        self.connect().await?.send(sent).await
    }
}

/// A connection.
pub struct Connection {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// When there is no answer in time.
    pub async fn send(&mut self, sent: &Sent) -> Result<Answer> {
        let request = sent.build(self.address)?;
        let limit = sent.leave_after.unwrap_or(sent.within);
        let mut collected = Collected { started: Instant::now(), head: None, body: Vec::new(), first_byte: None };
        let outcome = tokio::time::timeout(limit, collected.collect(&mut self.sender, request)).await;
        let broken = match outcome {
            Ok(broken) => broken?,
            // Leaving is what was wanted; the connection goes away with `self`.
            Err(_) if sent.leave_after.is_some() => Some("the client left".into()),
            Err(_) => anyhow::bail!("no whole answer to {} {} within {limit:?}", sent.method, sent.target),
        };
        Ok(collected.answer(broken))
    }

    /// Whether another request may be sent here. Waits for the answer before to be done with.
    pub async fn is_open(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }
}

/// What has come of an answer so far.
struct Collected {
    started: Instant,
    head: Option<http::response::Parts>,
    body: Vec<u8>,
    first_byte: Option<Duration>,
}

impl Collected {
    /// Returns why the content broke off, if it did.
    async fn collect(
        &mut self,
        sender: &mut SendRequest<Full<Bytes>>,
        request: Request<Full<Bytes>>,
    ) -> Result<Option<String>> {
        // The connection may not yet know that the answer before has ended.
        sender.ready().await.context("the server has closed the connection")?;
        let (head, mut body) = sender.send_request(request).await.context("the server gave no answer")?.into_parts();
        self.head = Some(head);
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => {
                    if let Some(data) = frame.data_ref().filter(|data| !data.is_empty()) {
                        self.first_byte.get_or_insert_with(|| self.started.elapsed());
                        self.body.extend_from_slice(data);
                    }
                }
                Err(error) => return Ok(Some(error.to_string())),
            }
        }
        Ok(None)
    }

    fn answer(self, broken: Option<String>) -> Answer {
        let total = self.started.elapsed();
        let (status, headers) = match self.head {
            Some(head) => (head.status.as_u16(), head.headers),
            None => (0, HeaderMap::new()),
        };
        Answer { status, headers, body: self.body, broken, first_byte: self.first_byte.unwrap_or(total), total }
    }
}
