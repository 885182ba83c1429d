//! A service on the loopback address for functions to fetch from. What it answers is in the path:
//!
//! | Path | Answer |
//! |---|---|
//! | `/echo` | what it received, as JSON: `method`, `target`, `headers` (pairs, in order), `body` (text), `bytes` |
//! | `/status/418` | that status, and the content `status 418` |
//! | `/slow/500` | `late`, after so many milliseconds |
//! | `/redirect/2` | 302 to `/redirect/1`, which redirects to `/echo` |
//! | `/elsewhere` | 302 to an address of the machine itself where nobody may fetch from |
//! | `/bytes/1000` | so many bytes: 0, 1, … 255, 0, … |
//! | `/stream/3` | so many chunks `chunk 1\n`, …, with pauses of 50 ms |
//! | `/cut` | the start of a content that breaks off |
//! | `/gzip` | `{"compressed":true}`, compressed |
//! | `/cookies` | two `set-cookie` fields |
//! | `/weather` | what `examples/external-fetch.ts` asks for |
//! | `/jwks`, `/openai/…` | an identity provider, and the service of a language model: see `vendors` |
//! | `/socket/…` | a WebSocket: see [`sockets`] |

pub(crate) mod chunks;
mod sockets;
mod vendors;

use anyhow::Result;
use bytes::Bytes;
use chunks::Chunks;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sockets::Ends;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;

/// The service; it runs as long as the process.
#[derive(Debug, Clone, Copy)]
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
}

impl Upstream {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let ends = Ends::default();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let ends = ends.clone();
                let serve = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(move |request| answer(request, ends.clone())))
                    .with_upgrades();
                // A client that goes away is no failure of the service.
                tokio::spawn(async move { drop(serve.await) });
            }
        });
        Ok(Self { address })
    }
}

async fn answer(request: Request<Incoming>, ends: Ends) -> Result<Response<Chunks>, Infallible> {
    let path = request.uri().path().to_owned();
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    match (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        (Some("socket"), kind, argument) => return Ok(sockets::answer(request, kind, argument, ends).await),
        (Some("ended"), name, _) => return Ok(status(200, Chunks::whole(ends.of(name).await))),
        _ => {}
    }
    let (route, argument) = match path.trim_start_matches('/').split_once('/') {
        Some((route, argument)) => (route.to_owned(), argument.parse::<u64>().unwrap_or_default()),
        None => (path.trim_start_matches('/').to_owned(), 0),
    };
    let response = match route.as_str() {
        "echo" => return Ok(echo(request).await),
        "openai" => return Ok(vendors::chat(request).await),
        "jwks" => vendors::jwks(),
        "status" => status(u16::try_from(argument).unwrap_or(500), Chunks::whole(format!("status {argument}"))),
        "slow" => {
            tokio::time::sleep(Duration::from_millis(argument)).await;
            status(200, Chunks::whole("late"))
        }
        "redirect" => {
            let next = if argument > 1 { format!("/redirect/{}", argument - 1) } else { "/echo".into() };
            with(status(302, Chunks::whole("")), "location", &next)
        }
        "elsewhere" => with(status(302, Chunks::whole("")), "location", "http://127.0.0.1:1/"),
        "bytes" => status(200, Chunks::whole((0..argument).map(|n| (n % 256) as u8).collect::<Vec<u8>>())),
        "stream" => {
            let chunks = (1..=argument).map(|n| Bytes::from(format!("chunk {n}\n"))).collect();
            status(200, Chunks::paced(chunks, Duration::from_millis(50)))
        }
        "cut" => status(200, Chunks::cut("the start")),
        "gzip" => with(
            with(status(200, Chunks::whole(GZIPPED)), "content-encoding", "gzip"),
            "content-type",
            "application/json",
        ),
        "cookies" => {
            with(with(status(200, Chunks::whole("ok")), "set-cookie", "a=1; Path=/"), "set-cookie", "b=2; Path=/")
        }
        "weather" => {
            let authorized = request.headers().get("authorization").is_some_and(|key| key == "Bearer sesame");
            let query = request.uri().query().unwrap_or_default().to_owned();
            if authorized {
                let json = serde_json::json!({ "degrees": 21, "asked": query });
                with(status(200, Chunks::whole(json.to_string())), "content-type", "application/json")
            } else {
                status(401, Chunks::whole("no key"))
            }
        }
        _ => status(404, Chunks::whole("nothing here")),
    };
    Ok(response)
}

async fn echo(request: Request<Incoming>) -> Response<Chunks> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let headers: Vec<[String; 2]> = head
        .headers
        .iter()
        .map(|(name, value)| [name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()])
        .collect();
    let json = serde_json::json!({
        "method": head.method.as_str(),
        "target": head.uri.to_string(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
        "bytes": body.len(),
    });
    with(status(200, Chunks::whole(json.to_string())), "content-type", "application/json")
}

fn status(code: u16, body: Chunks) -> Response<Chunks> {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn with(mut response: Response<Chunks>, name: &'static str, value: &str) -> Response<Chunks> {
    if let Ok(value) = value.parse() {
        response.headers_mut().append(name, value);
    }
    response
}

/// `{"compressed":true}`.
const GZIPPED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 74, 206, 207, 45, 40, 74, 45, 46, 78, 77, 81, 178, 42, 41, 42, 77, 173,
    5, 0, 241, 234, 57, 149, 19, 0, 0, 0,
];
