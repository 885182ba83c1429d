//! HTTP to one server. Redirects are not followed: they would take the key elsewhere.

use super::error::{Refusal, RemoteError};
use crate::config::ApiKeyText;
use crate::fetch;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// For a connection to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// For an answer to come.
const ANSWER: Duration = Duration::from_secs(60);
const AGENT: HeaderValue = HeaderValue::from_static(concat!("ramekin/", env!("CARGO_PKG_VERSION")));

/// A request to send.
#[derive(Clone)]
pub struct Call {
    method: Method,
    /// Path and query. Ids and names need no escaping.
    target: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
    within: Duration,
    /// In words, such as `listing the apps`.
    pub doing: String,
}

impl Call {
    fn new(method: Method, target: impl Into<String>, doing: impl Into<String>) -> Self {
        let (target, doing) = (target.into(), doing.into());
        Self { method, target, headers: Vec::new(), body: None, within: ANSWER, doing }
    }

    /// A GET.
    pub fn get(target: impl Into<String>, doing: impl Into<String>) -> Self {
        Self::new(Method::GET, target, doing)
    }

    /// A DELETE.
    pub fn delete(target: impl Into<String>, doing: impl Into<String>) -> Self {
        Self::new(Method::DELETE, target, doing)
    }

    /// A POST of JSON.
    pub fn post(target: impl Into<String>, body: &Value, doing: impl Into<String>) -> Self {
        Self::new(Method::POST, target, doing).body(body.to_string().into())
    }

    /// A PATCH with JSON.
    pub fn patch(target: impl Into<String>, body: &Value, doing: impl Into<String>) -> Self {
        Self::new(Method::PATCH, target, doing).body(body.to_string().into())
    }

    /// A POST of whatever this is, or of nothing.
    pub fn post_bytes(target: impl Into<String>, body: Option<Bytes>, doing: impl Into<String>) -> Self {
        let call = Self::new(Method::POST, target, doing);
        match body.filter(|body| !body.is_empty()) {
            Some(body) => call.body(body),
            None => call,
        }
    }

    fn body(self, body: Bytes) -> Self {
        Self { body: Some(body), ..self }.header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// With another field.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer may take so long.
    pub fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }
}

/// What the server answered, when it did what it was asked to.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// What it sent.
    pub body: Bytes,
    doing: String,
}

impl Answer {
    /// What it sent, as what it should be.
    ///
    /// # Errors
    /// When it is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, RemoteError> {
        let odd = |error: serde_json::Error| RemoteError::Odd { doing: self.doing.clone(), why: error.to_string() };
        serde_json::from_slice(&self.body).map_err(odd)
    }
}

/// Talks to one server.
pub struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    endpoint: String,
    authorization: Option<HeaderValue>,
}

impl Client {
    /// A client of the server at this address, which has no slash at its end.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(endpoint: &str) -> Result<Self, RemoteError> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT));
        let tls = fetch::tls().map_err(|error| RemoteError::Tls(error.to_string()))?;
        let pool = Pool::builder(TokioExecutor::new()).build(HttpsConnector::from((http, tls)));
        Ok(Self { pool, endpoint: endpoint.to_owned(), authorization: None })
    }

    /// Shows this key from now on.
    pub fn use_key(&mut self, key: &ApiKeyText) {
        // A key is plain text, so this is always a value.
        self.authorization = HeaderValue::from_str(&format!("Bearer {}", key.expose())).ok().map(|mut value| {
            value.set_sensitive(true);
            value
        });
    }

    /// The server.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Whether somebody between here and the server could read along.
    pub fn is_readable_by_others(&self) -> bool {
        self.endpoint.starts_with("http://") && !is_this_machine(&self.endpoint)
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// When there is none, or it is a refusal.
    pub async fn send(&self, call: Call) -> Result<Answer, RemoteError> {
        let (doing, within) = (call.doing.clone(), call.within);
        let late = |_| RemoteError::Late { doing: doing.clone(), seconds: within.as_secs() };
        let exchange = async {
            let response = self.open(call).await?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(|error| self.broken(&error))?.to_bytes();
            Ok::<_, RemoteError>(Answer { status, body, doing: doing.clone() })
        };
        timeout(within, exchange).await.map_err(late)?
    }

    /// Sends a request and hands over the answer when the server does what it was asked to, however long its content takes.
    ///
    /// # Errors
    /// When there is none in time, or it is a refusal.
    pub async fn open(&self, call: Call) -> Result<Response<Incoming>, RemoteError> {
        let (doing, within) = (call.doing.clone(), call.within);
        let response = self.start(call).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if let Some(location) = location(&response).filter(|_| status.is_redirection()) {
            return Err(RemoteError::Moved { endpoint: self.endpoint.clone(), location });
        }
        let request_id = request_id(&response);
        let late = |_| RemoteError::Late { doing: doing.clone(), seconds: within.as_secs() };
        let body = timeout(within, response.into_body().collect()).await.map_err(late)?;
        let body = body.map_err(|error| self.broken(&error))?.to_bytes();
        Err(RemoteError::Refused { doing, refusal: Box::new(Refusal::read(status, request_id, body)) })
    }

    /// Sends a request and hands over the answer, whatever it is.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(&self, call: Call) -> Result<Response<Incoming>, RemoteError> {
        let odd = |error: http::Error| RemoteError::Odd { doing: call.doing.clone(), why: error.to_string() };
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("{}{}", self.endpoint, call.target))
            .body(Full::new(call.body.unwrap_or_default()))
            .map_err(odd)?;
        let headers = request.headers_mut();
        headers.extend(call.headers);
        headers.insert(USER_AGENT, AGENT);
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let late = |_| RemoteError::Late { doing: call.doing.clone(), seconds: call.within.as_secs() };
        let sent = timeout(call.within, self.pool.request(request)).await.map_err(late)?;
        sent.map_err(|error| {
            if error.is_connect() {
                return RemoteError::Unreachable { endpoint: self.endpoint.clone(), why: innermost(&error) };
            }
            self.broken(&error)
        })
    }

    /// There was a connection.
    fn broken(&self, error: &dyn std::error::Error) -> RemoteError {
        RemoteError::Broken { endpoint: self.endpoint.clone(), why: innermost(error) }
    }
}

/// The innermost error is the operating system's; those around it only say that there is one.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut why = error;
    while let Some(source) = why.source() {
        why = source;
    }
    why.to_string()
}

/// Whether an address is one of this machine.
pub fn is_this_machine(endpoint: &str) -> bool {
    let host = url::Url::parse(endpoint).ok().and_then(|url| Some(url.host()?.to_owned()));
    match host {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What the server calls a request in its log.
pub fn request_id<B>(response: &Response<B>) -> Option<String> {
    let id = response.headers().get("x-request-id")?.to_str().ok()?;
    (!id.is_empty()).then(|| id.to_owned())
}

fn location<B>(response: &Response<B>) -> Option<String> {
    Some(String::from_utf8_lossy(response.headers().get(http::header::LOCATION)?.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_read_along() {
        let readable = |endpoint: &str| Client::new(endpoint).unwrap().is_readable_by_others();
        for own in ["http://127.0.0.1:4000", "http://localhost", "http://[::1]:4000", "http://app.localhost:1"] {
            assert!(!readable(own), "{own}");
        }
        assert!(!readable("https://example.org"));
        for other in ["http://example.org", "http://10.0.0.1:4000", "http://localhost.example.org"] {
            assert!(readable(other), "{other}");
        }
    }

    #[tokio::test]
    async fn nobody_is_there() {
        // A port that was free a moment ago.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::new(&format!("http://{free}")).unwrap();
        let error = client.send(Call::get("/apps", "listing the apps")).await.err().unwrap();
        assert!(matches!(&error, RemoteError::Unreachable { why, .. } if why.contains("refused")), "{error}");
    }
}
