//! The opening handshake of WebSockets (RFC 6455, section 4): a request over a connection of its own, under the same policy
//! and within the same shares as every other. Redirects are not followed, as the WebSockets standard says.

use super::connect::Connector;
use super::pool::SendError;
use super::web_socket::Open;
use super::{FORBIDDEN, USER_AGENT, failure, fits, redirect, shown};
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use ramekin_host_api::ports::{FetchError, SocketRequest};
use ramekin_model::limits;
use std::sync::Arc;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use url::Url;

/// Connects, and shakes hands.
///
/// # Errors
/// When the request cannot be sent, or its answer is no such handshake.
pub async fn open(connector: &Connector, request: SocketRequest) -> Result<Arc<Open>, FetchError> {
    let SocketRequest { app: _, url, protocols, headers, memory } = request;
    let url = parse(&url)?;
    let uri: Uri = url.as_str().parse().map_err(|error| unsendable(&url, error))?;
    let key = generate_key();
    let request = upgrade(&url, &uri, &key, &protocols, headers)?;

    let transport = connector.connect(uri).await.map_err(|error| failure(&url, &SendError::Connect(error)))?;
    let broken = |error: hyper::Error| failure(&url, &SendError::Broken(error));
    let mut http = http1::Builder::new();
    http.max_headers(limits::MAX_HEADERS + 1);
    let (mut sender, connection) = http.handshake(transport).await.map_err(broken)?;
    tokio::spawn(connection.with_upgrades());
    let answer = sender.send_request(request).await.map_err(broken)?;
    fits(answer.headers(), &url)?;
    let protocol = agreed(&answer, &key, &protocols)
        .map_err(|why| FetchError::Network(format!("`{}` does not open a WebSocket: {why}", shown(&url))))?;
    let connection = hyper::upgrade::on(answer).await.map_err(broken)?;
    Ok(Arc::new(Open::new(connection, protocol, memory).await))
}

/// The URL with the scheme that says how to connect.
fn parse(text: &str) -> Result<Url, FetchError> {
    let scheme = match text.split_once(':') {
        Some(("ws", rest)) => Some(format!("http:{rest}")),
        Some(("wss", rest)) => Some(format!("https:{rest}")),
        _ => None,
    };
    let text = scheme.ok_or_else(|| FetchError::Invalid("the URL of a WebSocket must be `ws:` or `wss:`".into()))?;
    let url = Url::parse(&text).map_err(|error| FetchError::Invalid(format!("the URL cannot be used: {error}")))?;
    redirect::check(url)
}

fn unsendable(url: &Url, why: impl std::fmt::Display) -> FetchError {
    FetchError::Invalid(format!("the request to `{}` cannot be sent: {why}", shown(url)))
}

fn upgrade(
    url: &Url,
    uri: &Uri,
    key: &str,
    protocols: &[String],
    mut headers: HeaderMap,
) -> Result<Request<Empty<Bytes>>, FetchError> {
    for name in FORBIDDEN {
        headers.remove(*name);
    }
    let own: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("sec-websocket-")).cloned().collect();
    for name in own {
        headers.remove(name);
    }
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let offered = protocols.join(", ");
    for (name, value) in [
        (header::HOST, host),
        (header::CONNECTION, "Upgrade"),
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_VERSION, "13"),
        (header::SEC_WEBSOCKET_KEY, key),
        (header::SEC_WEBSOCKET_PROTOCOL, &offered),
    ] {
        if !value.is_empty() {
            headers.insert(name, HeaderValue::from_str(value).map_err(|error| unsendable(url, error))?);
        }
    }
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = uri.path_and_query().cloned().map_or_else(|| Uri::from_static("/"), Uri::from);
    *request.headers_mut() = headers;
    Ok(request)
}

/// The subprotocol that the answer agrees to, or why it agrees to nothing.
fn agreed(answer: &Response<Incoming>, key: &str, offered: &[String]) -> Result<String, String> {
    let status = answer.status();
    if status != StatusCode::SWITCHING_PROTOCOLS {
        return Err(format!("it answered with {}", status.as_u16()));
    }
    let fields = answer.headers();
    let says = |name: HeaderName, token: &str| {
        let values = fields.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    if !says(header::UPGRADE, "websocket") || !says(header::CONNECTION, "upgrade") {
        return Err("it did not upgrade the connection".into());
    }
    if fields
        .get(header::SEC_WEBSOCKET_ACCEPT)
        .is_none_or(|accept| accept != derive_accept_key(key.as_bytes()).as_str())
    {
        return Err("it did not prove that it has read the request".into());
    }
    if fields.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter().any(|value| !value.is_empty()) {
        return Err("it uses an extension that was not asked for".into());
    }
    let mut chosen = fields.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let protocol = match (chosen.next(), chosen.next()) {
        (None, _) => String::new(),
        (Some(one), None) => one.to_str().map(|text| text.trim().to_owned()).unwrap_or_default(),
        (Some(_), Some(_)) => return Err("it has chosen more than one subprotocol".into()),
    };
    match (offered.is_empty(), fields.contains_key(header::SEC_WEBSOCKET_PROTOCOL)) {
        (true, false) => Ok(protocol),
        (false, true) if offered.contains(&protocol) => Ok(protocol),
        (false, false) => Err("it has chosen none of the subprotocols".into()),
        (_, true) => Err("it has chosen a subprotocol that was not offered".into()),
    }
}
