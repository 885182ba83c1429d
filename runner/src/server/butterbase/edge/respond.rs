//! A function's response on its way to the client (Butterbase §4.4, §4.5): untouched but for what concerns the connection.

use crate::exec::Reply;
use crate::server::body::ResponseBody;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version, header};
use ramekin_host_api::ports::Content;

/// Fields of the connection; the server says these itself.
const CONNECTION: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The response to a public call.
pub fn reply(reply: Reply, method: &Method, version: Version) -> Response<ResponseBody> {
    content(reply, method, version).map(|content| match content {
        Content::Empty => ResponseBody::Empty,
        Content::Bytes(bytes) => ResponseBody::Bytes(bytes),
        Content::Stream(stream) => ResponseBody::Stream(stream),
    })
}

/// The same, wherever it goes.
pub fn content(reply: Reply, method: &Method, version: Version) -> Response<Content> {
    let Reply { status, mut headers, body } = reply;
    for name in &CONNECTION {
        headers.remove(name);
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if is_event_stream(&headers) {
        event_stream(&mut headers, version);
    }
    let no_body = matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let body = match body {
        _ if no_body => Content::Empty,
        Content::Bytes(bytes) if *method == Method::HEAD => {
            headers.insert(header::CONTENT_LENGTH, (bytes.len() as u64).into());
            Content::Empty
        }
        _ if *method == Method::HEAD => Content::Empty,
        body => body,
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Whether these are the fields of server-sent events.
pub fn is_event_stream(headers: &HeaderMap) -> bool {
    const TYPE: &[u8] = b"text/event-stream";
    let value = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    value.get(..TYPE.len()).is_some_and(|start| start.eq_ignore_ascii_case(TYPE))
}

/// Keeps what stands between from collecting events.
pub fn event_stream(headers: &mut HeaderMap, version: Version) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    // HTTP/2 has no such field.
    if version <= Version::HTTP_11 {
        headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http_body::Body as _;

    fn sent(
        status: u16,
        fields: &[(&'static str, &'static str)],
        body: Content,
        method: &Method,
    ) -> Response<ResponseBody> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        reply(Reply { status, headers, body }, method, Version::HTTP_11)
    }

    fn hello() -> Content {
        Content::Bytes(Bytes::from_static(b"hello"))
    }

    #[test]
    fn repeated_fields_and_codings_are_kept_and_the_connection_is_not() {
        let fields = [
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("content-encoding", "gzip"),
            ("content-length", "99"),
            ("connection", "close"),
            ("transfer-encoding", "chunked"),
        ];
        let response = sent(201, &fields, hello(), &Method::GET);
        assert_eq!((response.status().as_u16(), response.headers().len()), (201, 3));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.body().size_hint().exact(), Some(5));
    }

    #[test]
    fn head_has_the_length_and_no_body() {
        let response = sent(200, &[], hello(), &Method::HEAD);
        assert_eq!(response.headers()["content-length"], "5");
        assert!(response.body().is_end_stream());
    }

    #[test]
    fn some_statuses_have_no_body() {
        for status in [204, 205, 304] {
            assert!(sent(status, &[], hello(), &Method::GET).body().is_end_stream(), "{status}");
        }
    }

    #[test]
    fn events_are_not_collected_on_the_way() {
        let response = sent(
            200,
            &[("content-type", "Text/Event-Stream; charset=utf-8"), ("cache-control", "max-age=9")],
            hello(),
            &Method::GET,
        );
        assert_eq!(response.headers()["cache-control"], "no-cache, no-transform");
        assert_eq!(
            (&response.headers()["x-accel-buffering"], &response.headers()["connection"]),
            (&"no".parse().unwrap(), &"keep-alive".parse().unwrap())
        );
        assert!(
            !sent(200, &[("content-type", "text/plain")], hello(), &Method::GET)
                .headers()
                .contains_key("x-accel-buffering")
        );
    }
}
