//! What every request passes: its limits, its id, CORS, and the fork between the public call, which goes straight to its
//! function, and everything else, which goes through the router.

use super::auth::NoContent;
use super::body::ResponseBody;
use super::butterbase::edge::{self, subdomain::Place};
use super::cors::{self, Origin};
use super::error::{self, ApiError};
use super::rate::Counted;
use super::router::router;
use super::state::AppState;
use super::unread::Unread;
use crate::meter::OpenConnection;
use axum::Router;
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use ramekin_model::{ErrorCode, limits};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use tower_service::Service as _;
use tracing::Instrument as _;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request besides its text.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Names it, in the response and in the log.
    pub id: Uuid,
    /// Who sent it: the peer, or whom a proxy asks for that is trusted.
    pub peer: SocketAddr,
}

impl Default for Meta {
    fn default() -> Self {
        Self { id: Uuid::nil(), peer: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0) }
    }
}

/// Answers requests.
pub struct Front {
    state: AppState,
    router: Router,
}

impl Front {
    /// A front before this platform.
    pub fn new(state: AppState) -> Self {
        Self { router: router(state.clone()), state }
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Never.
    pub async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response<ResponseBody>, Infallible> {
        // In order of time, as the log's index is: random ids cost the database a page for each.
        let id = Uuid::now_v7();
        let (head, body) = request.into_parts();
        let meta = Meta { id, peer: self.state.0.trusted_proxies.client(peer, &head.headers) };
        let body = Unread::new(body, &head.headers);
        let request = Request::from_parts(head, body);
        let place = Place::of(&self.state.0, &request);
        let path = request.uri().path();
        let origin = Origin::of(request.headers(), |origin| cors::allows(&self.state.0, &place, path, origin));
        let answer = if let Err(error) = within_limits(&request).and_then(|()| one_host(request.headers())) {
            edge::failure::in_envelope(error).map(ResponseBody::Bytes)
        } else if let Some(preflight) = origin.preflight(request.method(), request.headers()) {
            preflight.map(ResponseBody::Bytes)
        } else {
            // A panic is a bug of ours; it ends this request and no other.
            match AssertUnwindSafe(self.dispatch(meta, &place, request)).catch_unwind().await {
                Ok(mut response) => {
                    without_length(response.status(), response.headers_mut());
                    response
                }
                Err(_) => {
                    tracing::error!(request.id = %meta.id, "request {} ended in a panic", meta.id);
                    let text = "the server failed to answer; its log says why";
                    edge::failure::in_envelope(ApiError::new(ErrorCode::InternalError, text)).map(ResponseBody::Bytes)
                }
            }
        };
        let mut response = answer;
        if let Some(body) = error::named(&mut response, meta.id) {
            *response.body_mut() = ResponseBody::Bytes(body);
        }
        origin.mark(response.headers_mut());
        let mut text = Uuid::encode_buffer();
        let id = HeaderValue::from_str(meta.id.as_hyphenated().encode_lower(&mut text));
        response.headers_mut().insert(REQUEST_ID, id.unwrap_or(HeaderValue::from_static("")));
        Ok(response)
    }

    /// Counts a connection for as long as it is open.
    pub fn connected(&self) -> OpenConnection {
        self.state.0.meter.connection()
    }

    /// The server ends: answers that have no end of their own get one.
    pub fn close(&self) {
        self.state.0.logs.streams.close();
    }

    async fn dispatch(&self, meta: Meta, place: &Place, request: Request<Unread<Incoming>>) -> Response<ResponseBody> {
        match place {
            Place::App(app) => return edge::call(&self.state, meta, request, Some(app)).await,
            Place::Nobody => return edge::subdomain::nobody().map(ResponseBody::Bytes),
            Place::Path => {}
        }
        if edge::route(request.uri().path()).is_some() {
            return edge::call(&self.state, meta, request, None).await;
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let span = tracing::info_span!("request", id = %meta.id, %method, path);
        let empty = request.body().is_end_stream();
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(meta);
        if empty {
            request.extensions_mut().insert(NoContent);
        }
        let counted = Counted::default();
        request.extensions_mut().insert(counted.clone());
        let Ok(mut response) = self.router.clone().call(request).instrument(span).await;
        counted.mark(response.headers_mut());
        response.map(ResponseBody::Routed)
    }
}

/// A 304 speaks of another answer than itself, and a 204 has no content: neither says that it has none, as the router has any
/// answer do (RFC 9110 §8.6, §15.4.5).
fn without_length(status: StatusCode, headers: &mut HeaderMap) {
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        headers.remove(header::CONTENT_LENGTH);
    }
}

/// A request is for one host: by which of several it is taken must not depend on who looks (RFC 9112 §3.2).
fn one_host(headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.get_all(header::HOST).iter().nth(1).is_some() {
        return Err(ApiError::request(StatusCode::BAD_REQUEST, "Host: must be there once"));
    }
    Ok(())
}

/// Limits of the head of a request.
///
/// # Errors
/// 414 and 431 past them.
pub fn within_limits<B>(request: &Request<B>) -> Result<(), ApiError> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > limits::MAX_URL {
        let text = format!("the path and query are longer than {} bytes", limits::MAX_URL);
        return Err(ApiError::request(StatusCode::URI_TOO_LONG, text));
    }
    let headers = request.headers();
    // Name, value, and what HTTP/1.1 writes around them.
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > limits::MAX_HEADERS || bytes > limits::MAX_HEADER_BYTES {
        let text = format!("more than {} header fields or {} bytes", limits::MAX_HEADERS, limits::MAX_HEADER_BYTES);
        return Err(ApiError::request(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(request: http::request::Builder) -> u16 {
        within_limits(&request.body(()).unwrap()).map_or_else(|error| error.into_parts().0.as_u16(), |()| 200)
    }

    #[test]
    fn what_has_no_content_has_no_length() {
        for (status, kept) in [(200, true), (204, false), (205, true), (304, false), (404, true)] {
            let mut headers = HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from_static("0"))]);
            without_length(StatusCode::from_u16(status).unwrap(), &mut headers);
            assert_eq!(headers.contains_key(header::CONTENT_LENGTH), kept, "{status}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let hosts = |count: usize| {
            let mut headers = HeaderMap::new();
            for _ in 0..count {
                headers.append(header::HOST, HeaderValue::from_static("h"));
            }
            one_host(&headers).map_err(|error| error.into_parts().0.as_u16())
        };
        assert_eq!((hosts(0), hosts(1), hosts(2)), (Ok(()), Ok(()), Err(400)));
    }

    #[test]
    fn heads_on_and_past_their_limits() {
        let uri = |length: usize| Request::builder().uri(format!("/{}", "a".repeat(length - 1)));
        assert_eq!(status(uri(limits::MAX_URL)), 200);
        assert_eq!(status(uri(limits::MAX_URL + 1)), 414);
        let sized = |bytes: usize| Request::builder().header("a", "x".repeat(bytes - 5));
        assert_eq!(status(sized(limits::MAX_HEADER_BYTES)), 200);
        assert_eq!(status(sized(limits::MAX_HEADER_BYTES + 1)), 431);
        let counted = |count: usize| (0..count).fold(Request::builder(), |request, _| request.header("a", "b"));
        assert_eq!(status(counted(limits::MAX_HEADERS)), 200);
        assert_eq!(status(counted(limits::MAX_HEADERS + 1)), 431);
    }
}
