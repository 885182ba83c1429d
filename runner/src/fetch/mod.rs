//! Outbound HTTP for functions: HTTP/1.1 and 2, connections reused across calls, both bodies streamed, redirects followed
//! as the Fetch standard says with the egress policy applied at every hop.
//!
//! How long a request may take is not decided here: it ends with the call that made it. No text names more of a URL than
//! its host, for the rest may hold secrets.

mod connect;
mod decode;
mod policy;
mod redirect;
#[cfg(test)]
mod tests;

pub use connect::{Network, System};
pub use policy::EgressPolicy;

use bytes::Bytes;
use connect::{ConnectError, Connector};
use futures::future::BoxFuture;
use futures::{StreamExt as _, TryStreamExt as _};
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, BodyStream, Empty, Full, StreamBody};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ramekin_host_api::body::Stream;
use ramekin_host_api::ports::{Content, Fetch, FetchError, FetchRequest, FetchResponse, Redirect};
use redirect::Hop;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(20);
/// Connections to one host that are kept while nobody uses them.
const IDLE_PER_HOST: usize = 32;
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

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Sends requests. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    pool: Pool<HttpsConnector<Connector>, Body>,
}

/// Content that can be sent once, or as often as there are redirects.
enum Source {
    None,
    Bytes(Bytes),
    Stream(Stream),
    /// A stream that was sent already.
    Spent,
}

impl Client {
    /// A client under this policy, over this network.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(policy: EgressPolicy, network: Arc<dyn Network>) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = match HttpsConnectorBuilder::new().with_provider_and_platform_verifier(Arc::clone(&provider)) {
            Ok(tls) => tls,
            // A bare container has no certificate authorities.
            Err(error) => {
                tracing::warn!(%error, "this machine's certificate authorities cannot be used ({error}); built-in ones are");
                HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider)?
            }
        };
        let connector = tls.https_or_http().enable_all_versions().wrap_connector(Connector::new(policy, network));
        let pool = Pool::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .build(connector);
        Ok(Self { pool })
    }

    async fn follow(self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let mut url = parse(&request.url)?;
        let mut method = request.method;
        let mut headers = request.headers;
        for name in FORBIDDEN {
            headers.remove(*name);
        }
        let mut source = match request.body {
            Content::Empty => Source::None,
            Content::Bytes(bytes) => Source::Bytes(bytes),
            Content::Stream(stream) => Source::Stream(stream),
        };
        for hops in 0..=redirect::MAX {
            let answer = self.send_once(&url, &method, &headers, &mut source).await?;
            let hop = redirect::next(&url, &method, &answer);
            let (hop, mode) = match (hop, request.redirect) {
                (Ok(None), _) | (_, Redirect::Manual) => return Ok(respond(answer, &method, &url, hops > 0)),
                (Ok(Some(hop)), mode) => (hop, mode),
                (Err(error), _) => return Err(error),
            };
            if mode == Redirect::Error {
                return Err(FetchError::Network(format!("`{}` answered with a redirect", shown(&url))));
            }
            let Hop { url: next, method: next_method } = hop;
            if next_method != method {
                source = Source::None;
                redirect::forget_content(&mut headers);
            } else if matches!(source, Source::Spent) {
                let text = format!("`{}` answered with a redirect, and a stream cannot be sent again", shown(&url));
                return Err(FetchError::Network(text));
            }
            if next.origin() != url.origin() {
                redirect::forget_credentials(&mut headers);
            }
            (url, method) = (next, next_method);
        }
        Err(FetchError::Network(format!("more than {} redirects, the last from `{}`", redirect::MAX, shown(&url))))
    }

    async fn send_once(
        &self,
        url: &Url,
        method: &Method,
        headers: &HeaderMap,
        source: &mut Source,
    ) -> Result<Response<Incoming>, FetchError> {
        let invalid = |error: http::Error| {
            FetchError::Invalid(format!("the request to `{}` cannot be sent: {error}", shown(url)))
        };
        let mut request = Request::new(source.take());
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
        if matches!(source, Source::None) && [Method::POST, Method::PUT, Method::PATCH].contains(method) {
            fields.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        self.pool.request(request).await.map_err(|error| failure(url, &error))
    }
}

impl Fetch for Client {
    fn send(&self, request: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(self.clone().follow(request))
    }
}

impl Source {
    fn take(&mut self) -> Body {
        match self {
            Self::None => Empty::new().map_err(|never| match never {}).boxed_unsync(),
            Self::Bytes(bytes) => Full::new(bytes.clone()).map_err(|never| match never {}).boxed_unsync(),
            Self::Stream(_) | Self::Spent => match std::mem::replace(self, Self::Spent) {
                Self::Stream(stream) => StreamBody::new(stream.map_ok(Frame::data)).boxed_unsync(),
                _ => Empty::new().map_err(|never| match never {}).boxed_unsync(),
            },
        }
    }
}

fn parse(text: &str) -> Result<Url, FetchError> {
    let url = Url::parse(text).map_err(|error| FetchError::Invalid(format!("the URL cannot be used: {error}")))?;
    redirect::check(url)
}

/// What of a URL may be shown.
fn shown(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn respond(answer: Response<Incoming>, method: &Method, url: &Url, redirected: bool) -> FetchResponse {
    let (mut head, body) = answer.into_parts();
    let no_content =
        matches!(head.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if *method == Method::HEAD || no_content || http_body::Body::is_end_stream(&body) {
        Content::Empty
    } else {
        let stream = BodyStream::new(body).filter_map(async |frame| match frame {
            Ok(frame) => frame.into_data().ok().map(Ok),
            Err(error) => Some(Err(io::Error::other(format!("the response broke off: {error}")))),
        });
        Content::Stream(decode::decode(Box::pin(stream), &decode::codings(&mut head.headers)))
    };
    FetchResponse {
        status: head.status.as_u16(),
        url: url.as_str().to_owned(),
        redirected,
        headers: head.headers,
        body,
    }
}

/// A failed exchange, in words for the author of the function.
fn failure(url: &Url, error: &hyper_util::client::legacy::Error) -> FetchError {
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
