//! A service on the loopback address that plays a script: which requests come, in which order, and what each is answered.
//!
//! ```toml
//! [[exchange]]
//! request = { method = "POST", target = "/v1/items?a=b", headers = { authorization = "Bearer x" }, json = { a = 1 } }
//! answer = { status = 201, headers = { etag = "1" }, json = { id = 1 } }
//!
//! [[exchange]]
//! request = { target = "/events" }                       # GET
//! answer = { chunks = ["data: 1\n\n", "data: 2\n\n"] }   # with pauses of 20 ms
//! ```
//!
//! What is expected of a request may hold the placeholders of [`crate::json`]; a field may be `"<absent>"`. In answers,
//! `{upstream}` is the service's address.

use crate::json::difference;
use crate::upstream::chunks::Chunks;
use anyhow::Result;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;

/// Between two chunks of an answer.
const PAUSE: Duration = Duration::from_millis(20);

/// A request, and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What must come.
    pub request: Expected,
    /// What is answered.
    #[serde(default)]
    pub answer: Answer,
}

/// What a request must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// GET unless said.
    #[serde(default = "get")]
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Fields, each with its values joined by `, `.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// Content as JSON.
    pub json: Option<Value>,
    /// Content as text.
    pub body: Option<String>,
}

fn get() -> String {
    "GET".to_owned()
}

/// What a request is answered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// Waits before it, in milliseconds.
    pub after_ms: u64,
    /// 200 unless said.
    pub status: Option<u16>,
    /// Fields.
    pub headers: BTreeMap<String, String>,
    /// Content as JSON, with its content type.
    pub json: Option<Value>,
    /// Content as text.
    pub body: Option<String>,
    /// Content in pieces.
    pub chunks: Option<Vec<String>>,
}

/// The service; it runs as long as the process.
#[derive(Clone)]
pub struct Played {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    script: Vec<Exchange>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many exchanges have been.
    played: usize,
    complaints: Vec<String>,
}

impl Played {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(script: Vec<Exchange>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let inner = Arc::new(Inner { script, state: Mutex::default() });
        let serving = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inner = Arc::clone(&serving);
                let play = move |request| play(Arc::clone(&inner), address, request);
                let serve =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(play));
                // A client that goes away is no failure of the service.
                tokio::spawn(async move { drop(serve.await) });
            }
        });
        Ok(Self { address, inner })
    }

    /// What was not as the script says since the last time, a line each. The script starts again.
    pub fn end(&self) -> Vec<String> {
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { played, mut complaints } = std::mem::take(&mut *state);
        let missing = self.inner.script.get(played..).unwrap_or_default();
        let named = |Exchange { request, .. }: &Exchange| format!("{} {} did not come", request.method, request.target);
        complaints.extend(missing.iter().map(named));
        complaints
    }
}

impl Inner {
    /// The answer to a request: that of the next exchange, when the request is the one of it.
    fn take(&self, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> Option<Answer> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(exchange) = self.script.get(state.played) else {
            state.complaints.push(format!("{method} {target} comes, and nothing more is expected"));
            return None;
        };
        state.played += 1;
        let place = format!("request {}", state.played);
        let wrong = exchange.request.wrong(method, target, headers, body);
        state.complaints.extend(wrong.map(|wrong| format!("{place}: {wrong}")));
        Some(exchange.answer.clone())
    }
}

impl Expected {
    /// The first difference between this and a request.
    fn wrong(&self, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let fields: Map<String, Value> = headers.keys().map(|name| (name.to_string(), joined(headers, name))).collect();
        let wanted = json!({ "method": self.method, "target": self.target, "headers": self.headers });
        let given = json!({ "method": method, "target": target, "headers": fields });
        let text = String::from_utf8_lossy(body);
        difference(&wanted, &given)
            .or_else(|| {
                let given = serde_json::from_slice(body).unwrap_or_else(|_| Value::String(text.to_string()));
                difference(self.json.as_ref()?, &given).map(|wrong| format!("content: {wrong}"))
            })
            .or_else(|| {
                let wanted = Value::String(self.body.clone()?);
                difference(&wanted, &Value::String(text.to_string())).map(|wrong| format!("content: {wrong}"))
            })
    }
}

fn joined(headers: &HeaderMap, name: &header::HeaderName) -> Value {
    let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    Value::String(values.collect::<Vec<_>>().join(", "))
}

async fn play(
    inner: Arc<Inner>,
    address: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Chunks>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let answer = inner.take(head.method.as_str(), &head.uri.to_string(), &head.headers, &body);
    // A status after which clients do not try again.
    let answer = answer.unwrap_or_else(|| Answer { status: Some(418), ..Answer::default() });
    tokio::time::sleep(Duration::from_millis(answer.after_ms)).await;
    Ok(answer.response(&format!("http://{address}")))
}

impl Answer {
    fn response(self, upstream: &str) -> Response<Chunks> {
        let fill = |text: &str| text.replace("{upstream}", upstream);
        let is_json = self.json.is_some();
        let content = match (self.chunks, self.json, self.body) {
            (Some(chunks), _, _) => Chunks::paced(chunks.iter().map(|chunk| Bytes::from(fill(chunk))).collect(), PAUSE),
            (None, Some(json), _) => Chunks::whole(fill(&json.to_string())),
            (None, None, body) => Chunks::whole(fill(&body.unwrap_or_default())),
        };
        let mut response = Response::new(content);
        let status = StatusCode::from_u16(self.status.unwrap_or(200));
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if is_json {
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        }
        for (name, value) in &self.headers {
            let name = header::HeaderName::try_from(name.as_str());
            if let (Ok(name), Ok(value)) = (name, fill(value).parse()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Client, Sent};

    const SCRIPT: &str = r#"
        [[exchange]]
        request = { method = "POST", target = "/a?b=1", headers = { x-a = "<contains:1>", x-b = "<absent>" }, json = { n = 1 } }
        answer = { status = 201, json = { at = "{upstream}" } }

        [[exchange]]
        request = { target = "/b", body = "" }
        answer = { headers = { content-type = "text/event-stream" }, chunks = ["one ", "two"] }
    "#;

    #[derive(Deserialize)]
    struct Script {
        exchange: Vec<Exchange>,
    }

    #[test]
    fn what_differs_from_the_script_is_said() {
        let Script { exchange } = toml::from_str(SCRIPT).unwrap();
        crate::runtime().unwrap().block_on(async {
            let played = Played::start(exchange).await.unwrap();
            let client = Client::new(played.address);
            let first = Sent::post("/a?b=1", &json!({ "n": 1, "more": true })).header("x-a", "0 1 2");
            let answer = client.send(&first).await.unwrap();
            assert_eq!(answer.status, 201);
            assert_eq!(answer.json().unwrap(), json!({ "at": format!("http://{}", played.address) }));
            let answer = client.send(&Sent::get("/b")).await.unwrap();
            assert_eq!((answer.text().as_str(), answer.header("content-type").len()), ("one two", 1));
            assert_eq!(played.end(), Vec::<String>::new());

            client.send(&first.header("x-b", "there")).await.unwrap();
            client.send(&Sent::get("/b?c")).await.unwrap();
            assert_eq!(client.send(&Sent::get("/d")).await.unwrap().status, 418);
            let complaints = played.end();
            assert!(complaints[0].starts_with("request 1: $.headers.x-b is"), "{complaints:?}");
            assert_eq!(complaints[1], r#"request 2: $.target is "/b?c" instead of "/b""#);
            assert_eq!(complaints[2], "GET /d comes, and nothing more is expected");

            client.send(&Sent::post("/a?b=1", &json!({ "n": 2 })).header("x-a", "1")).await.unwrap();
            assert_eq!(played.end(), ["request 1: content: $.n is 2 instead of 1", "GET /b did not come"]);
        });
    }
}
