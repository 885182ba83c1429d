//! Outbound HTTP for functions: connections reused across the calls of an app, both bodies streamed, redirects followed as
//! the Fetch standard says with the egress policy applied at every hop.
//!
//! Apps share no connection, and of lookups and sockets each has a share: what one does with its own does not hold up the
//! others. Servers choose between HTTP/2 and HTTP/1.1; `pool.rs` says how little that changes.
//!
//! How long a request may take is not decided here: it ends with the call that made it. No text names more of a URL than
//! its host, for the rest may hold secrets.

mod connect;
mod decode;
mod handshake;
mod outgoing;
mod policy;
mod pool;
mod redirect;
mod share;
mod socket;
#[cfg(test)]
mod tests;
mod web_socket;

pub use connect::{Network, System};
pub use policy::EgressPolicy;

use bytes::Bytes;
use connect::{ConnectError, Connector, Dialler};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper_rustls::ConfigBuilderExt as _;
use outgoing::outgoing;
use pool::{Exchange, Pool, SendError};
use ramekin_host_api::body::{Holding, Stream};
use ramekin_host_api::ports::{
    Content, Fetch, FetchError, FetchRequest, FetchResponse, Redirect, SocketRequest, WebSocket,
};
use ramekin_model::limits;
use redirect::Hop;
use rustix::process::{Resource, getrlimit};
use rustls::ClientConfig;
use share::{Share, Supply};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Protocols that servers are offered, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// A WebSocket begins as HTTP/1.1.
const UPGRADABLE: [&[u8]; 1] = [b"http/1.1"];
/// Apps whose connections are remembered. Past it, apps that have none and look up nothing are forgotten.
const APPS: usize = 256;
/// Content of a response that is at most so large and comes within [`AT_HAND`] of its head is taken from its connection at
/// once: most responses are, and many functions read of those that matter to them only the status.
const SMALL: usize = 64 * 1024;
/// See [`SMALL`].
const AT_HAND: Duration = Duration::from_millis(10);
/// What servers are told unless the function says something else.
const USER_AGENT: &str = concat!("Ramekin/", env!("CARGO_PKG_VERSION"));

/// Fields that belong to the connection and not to the function.
const FORBIDDEN: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Sends requests.
pub struct Client {
    policy: Arc<EgressPolicy>,
    network: Arc<dyn Network>,
    tls: Arc<ClientConfig>,
    upgradable: Arc<ClientConfig>,
    lookups: Supply,
    sockets: Supply,
    apps: Mutex<HashMap<String, Connections>>,
}

/// The connections of one app. Cheap to clone; clones share them.
#[derive(Clone)]
struct Connections {
    pool: Pool,
    /// Makes connections for WebSockets: each is for one.
    upgradable: Connector,
    lookups: Share,
    sockets: Share,
}

impl Client {
    /// A client under this policy, over this network.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(policy: EgressPolicy, network: Arc<dyn Network>) -> Result<Self, rustls::Error> {
        let sockets = sockets(getrlimit(Resource::Nofile).current);
        let lookups = Supply::new(limits::MAX_LOOKUPS, limits::MAX_APP_LOOKUPS);
        Ok(Self::within(policy, network, tls()?, lookups, Supply::new(sockets, of_one_app(sockets))))
    }

    fn within(
        policy: EgressPolicy,
        network: Arc<dyn Network>,
        mut tls: ClientConfig,
        lookups: Supply,
        sockets: Supply,
    ) -> Self {
        let mut upgradable = tls.clone();
        upgradable.alpn_protocols = Vec::from(UPGRADABLE.map(<[u8]>::to_vec));
        tls.alpn_protocols = Vec::from(PROTOCOLS.map(<[u8]>::to_vec));
        let (policy, tls, upgradable) = (Arc::new(policy), Arc::new(tls), Arc::new(upgradable));
        Self { policy, network, tls, upgradable, lookups, sockets, apps: Mutex::default() }
    }

    /// Those of this app.
    fn connections(&self, app: &str) -> Connections {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connections) = apps.get(app) {
            return connections.clone();
        }
        if apps.len() >= APPS {
            apps.retain(|_, connections| connections.lookups.in_use() || connections.sockets.in_use());
        }
        let (lookups, sockets) = (self.lookups.share(), self.sockets.share());
        let (policy, network) = (Arc::clone(&self.policy), Arc::clone(&self.network));
        let dialler = Dialler::new(policy, network, lookups.clone(), sockets.clone());
        let pool = Pool::new(Connector::new(dialler.clone(), Arc::clone(&self.tls)), sockets.clone());
        let upgradable = Connector::new(dialler, Arc::clone(&self.upgradable));
        let connections = Connections { pool, upgradable, lookups, sockets };
        apps.insert(app.to_owned(), connections.clone());
        connections
    }
}

impl Fetch for Client {
    fn send(&self, request: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(self.connections(&request.app.id).follow(request))
    }

    fn open(&self, request: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
        let connector = self.connections(&request.app.id).upgradable;
        Box::pin(async move { Ok(handshake::open(&connector, request).await? as Arc<dyn WebSocket>) })
    }
}

/// Connections that may be open where this process may open so many files: the others are for its callers and its database.
fn sockets(files: Option<u64>) -> usize {
    let quarter = files.and_then(|files| usize::try_from(files / 4).ok());
    quarter.map_or(limits::MAX_SOCKETS, |quarter| quarter.clamp(1, limits::MAX_SOCKETS))
}

/// How many of them one app may have.
fn of_one_app(sockets: usize) -> usize {
    sockets - sockets / 4
}

/// TLS as a client, with the certificate authorities of this machine.
///
/// # Errors
/// When it cannot be set up.
pub fn tls() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = || ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let verified = match builder()?.try_with_platform_verifier() {
        Ok(verified) => verified,
        // A bare container has no certificate authorities.
        Err(error) => {
            tracing::warn!(%error, "this machine's certificate authorities cannot be used ({error}); built-in ones are");
            builder()?.with_webpki_roots()
        }
    };
    Ok(verified.with_no_client_auth())
}

impl Connections {
    async fn follow(self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let mut url = parse(&request.url)?;
        let mut method = request.method;
        // A tunnel is no exchange, and its target is no URL.
        if method == Method::CONNECT {
            return Err(FetchError::Invalid(format!("the method `{method}` cannot be sent")));
        }
        let mut headers = request.headers;
        for name in FORBIDDEN {
            headers.remove(*name);
        }
        // `None` once it is sent and cannot be sent again.
        let mut content = Some(request.body);
        for hops in 0..=limits::MAX_REDIRECTS {
            let sent = match &content {
                Some(Content::Bytes(bytes)) => Content::Bytes(bytes.clone()),
                Some(Content::Stream(_)) => content.take().unwrap_or(Content::Empty),
                Some(Content::Empty) | None => Content::Empty,
            };
            let (answer, exchange) = self.send_once(&url, &method, &headers, sent).await?;
            let hop = redirect::next(&url, &method, &answer);
            let (hop, mode) = match (hop, request.redirect) {
                (Ok(None), _) | (_, Redirect::Manual) => {
                    return Ok(respond(answer, exchange, &method, &url, hops > 0).await);
                }
                (Ok(Some(hop)), mode) => (hop, mode),
                (Err(error), _) => return Err(error),
            };
            if mode == Redirect::Error {
                return Err(FetchError::Network(format!("`{}` answered with a redirect", shown(&url))));
            }
            let Hop { url: next, method: next_method } = hop;
            if next_method != method {
                content = Some(Content::Empty);
                redirect::forget_content(&mut headers);
            } else if content.is_none() {
                let text = format!("`{}` answered with a redirect, and a stream cannot be sent again", shown(&url));
                return Err(FetchError::Network(text));
            }
            if next.origin() != url.origin() {
                redirect::forget_credentials(&mut headers);
            }
            (url, method) = (next, next_method);
        }
        let most = limits::MAX_REDIRECTS;
        Err(FetchError::Network(format!("more than {most} redirects, the last from `{}`", shown(&url))))
    }

    async fn send_once(
        &self,
        url: &Url,
        method: &Method,
        headers: &HeaderMap,
        content: Content,
    ) -> Result<(Response<Incoming>, Exchange), FetchError> {
        let invalid = |error: http::Error| {
            FetchError::Invalid(format!("the request to `{}` cannot be sent: {error}", shown(url)))
        };
        let empty = matches!(content, Content::Empty);
        let (body, underway) = outgoing(content);
        let mut request = Request::new(body);
        *request.uri_mut() = url.as_str().parse().map_err(|error: http::uri::InvalidUri| invalid(error.into()))?;
        request.method_mut().clone_from(method);
        request.headers_mut().clone_from(headers);
        let fields = request.headers_mut();
        for (name, value) in [
            (header::ACCEPT, "*/*"),
            (header::ACCEPT_ENCODING, decode::ACCEPT_ENCODING),
            (header::USER_AGENT, USER_AGENT),
        ] {
            fields.entry(name).or_insert(HeaderValue::from_static(value));
        }
        if empty && [Method::POST, Method::PUT, Method::PATCH].contains(method) {
            fields.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let (answer, exchange) = self.pool.send(request, underway).await.map_err(|error| failure(url, &error))?;
        fits(answer.headers(), url)?;
        Ok((answer, exchange))
    }
}

/// The field section of a response must be within its limits.
fn fits(fields: &HeaderMap, url: &Url) -> Result<(), FetchError> {
    let lines = fields.iter().map(|(name, value)| name.as_str().len() + ": ".len() + value.len() + "\r\n".len());
    if fields.len() <= limits::MAX_HEADERS && lines.sum::<usize>() <= limits::MAX_HEADER_BYTES {
        return Ok(());
    }
    Err(FetchError::Network(format!(
        "the head of the answer of `{}` is too large: it has more than {} fields, or more than {} bytes of them",
        shown(url),
        limits::MAX_HEADERS,
        limits::MAX_HEADER_BYTES
    )))
}

fn parse(text: &str) -> Result<Url, FetchError> {
    let url = Url::parse(text).map_err(|error| FetchError::Invalid(format!("the URL cannot be used: {error}")))?;
    redirect::check(url)
}

/// What of a URL may be shown.
fn shown(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// The exchange is over with the body of its response.
async fn respond(
    answer: Response<Incoming>,
    exchange: Exchange,
    method: &Method,
    url: &Url,
    redirected: bool,
) -> FetchResponse {
    let (mut head, body) = answer.into_parts();
    let no_content =
        matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if *method == Method::HEAD || no_content || body.is_end_stream() {
        Content::Empty
    } else {
        let stream = Holding::stream(received(body, head.version), exchange);
        at_hand(decode::decode(stream, &decode::codings(&mut head.headers))).await
    };
    FetchResponse {
        status: head.status.as_u16(),
        url: url.as_str().to_owned(),
        redirected,
        headers: head.headers,
        body,
    }
}

/// The content of a response, which ends with an error if it breaks off.
fn received(body: Incoming, version: Version) -> Stream {
    Box::pin(futures::stream::try_unfold(body, move |mut body| async move {
        loop {
            match body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some((data, body)));
                    }
                }
                Some(Err(error)) => return Err(broke_off(error)),
                // A stream that its server has reset without an error looks like one that has ended.
                None if version == Version::HTTP_2 && !body.is_end_stream() => {
                    return Err(broke_off("its server gave it up"));
                }
                None => return Ok(None),
            }
        }
    }))
}

fn broke_off(why: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("the response broke off: {why}"))
}

/// Takes small content whole: see [`SMALL`].
async fn at_hand(mut stream: Stream) -> Content {
    let (mut pieces, mut size) = (Vec::new(), 0);
    let reading = async {
        while size <= SMALL {
            match stream.next().await {
                None => return true,
                Some(Ok(piece)) => {
                    size += piece.len();
                    pieces.push(Ok(piece));
                }
                Some(Err(error)) => {
                    pieces.push(Err(error));
                    return false;
                }
            }
        }
        false
    };
    let ended = timeout(AT_HAND, reading).await.unwrap_or(false);
    if ended && size <= SMALL {
        let pieces: Vec<Bytes> = pieces.into_iter().flatten().collect();
        return Content::Bytes(pieces.concat().into());
    }
    Content::Stream(Box::pin(futures::stream::iter(pieces).chain(stream)))
}

/// A failed exchange, in words for the author of the function.
fn failure(url: &Url, error: &SendError) -> FetchError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut innermost = String::new();
    while let Some(error) = cause {
        match error.downcast_ref::<ConnectError>() {
            Some(denied @ ConnectError::Denied(_)) => return FetchError::Denied(denied.to_string()),
            Some(other) => return FetchError::Network(other.to_string()),
            None => {}
        }
        // The outermost text only says that something failed.
        innermost = error.to_string();
        cause = error.source();
        // An I/O error that wraps another hides it from `source`.
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            cause = Some(inner);
        }
    }
    FetchError::Network(format!("the request to `{}` failed: {innermost}", shown(url)))
}
