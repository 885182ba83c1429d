//! Redirects as the Fetch standard has them (HTTP-redirect fetch).

use super::shown;
use http::header::{self, HeaderMap, HeaderName};
use http::{Method, Response, StatusCode};
use ramekin_host_api::ports::FetchError;
use url::Url;

/// Where a redirect leads.
#[derive(Debug, PartialEq, Eq)]
pub struct Hop {
    /// To this URL.
    pub url: Url,
    /// With this method.
    pub method: Method,
}

/// A URL that a request can be sent to, without its fragment.
///
/// # Errors
/// When it is not `http:` or `https:`, or holds credentials.
pub fn check(mut url: Url) -> Result<Url, FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Invalid(format!("`{}:` URLs cannot be fetched", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Invalid(format!(
            "the URL of `{}` holds credentials; send them in a header",
            shown(&url)
        )));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Where an answer leads, if anywhere.
///
/// # Errors
/// When it leads somewhere that cannot be requested.
pub fn next<B>(url: &Url, method: &Method, answer: &Response<B>) -> Result<Option<Hop>, FetchError> {
    let status = answer.status();
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get(header::LOCATION) else { return Ok(None) };
    let unusable =
        || FetchError::Network(format!("`{}` answered with a redirect to a place that cannot be used", shown(url)));
    let next = std::str::from_utf8(location.as_bytes()).ok().and_then(|location| url.join(location).ok());
    let next = check(next.ok_or_else(unusable)?).map_err(|_| unusable())?;
    let to_get = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::POST,
        StatusCode::SEE_OTHER => *method != Method::GET && *method != Method::HEAD,
        _ => false,
    };
    let method = if to_get { Method::GET } else { method.clone() };
    Ok(Some(Hop { url: next, method }))
}

/// Takes the fields away that speak of a body that is not sent again.
pub fn forget_content(headers: &mut HeaderMap) {
    for name in [header::CONTENT_ENCODING, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION, header::CONTENT_TYPE] {
        headers.remove(name);
    }
}

/// Takes the fields away that were meant for another origin only.
pub fn forget_credentials(headers: &mut HeaderMap) {
    for name in [header::AUTHORIZATION, header::COOKIE, HeaderName::from_static("cookie2")] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: &Method, status: u16, location: &str) -> Result<Option<Hop>, FetchError> {
        let answer = Response::builder().status(status).header("location", location).body(()).unwrap();
        next(&"https://a.example/dir/page?q#f".parse().unwrap(), method, &answer)
    }

    #[test]
    fn methods_after_a_redirect() {
        for (method, status, expected) in [
            (Method::GET, 301, Method::GET),
            (Method::HEAD, 302, Method::HEAD),
            (Method::HEAD, 303, Method::HEAD),
            (Method::POST, 301, Method::GET),
            (Method::POST, 302, Method::GET),
            (Method::PUT, 302, Method::PUT),
            (Method::PUT, 303, Method::GET),
            (Method::POST, 307, Method::POST),
            (Method::DELETE, 308, Method::DELETE),
        ] {
            assert_eq!(hop(&method, status, "/x").unwrap().unwrap().method, expected, "{method} {status}");
        }
    }

    #[test]
    fn places_after_a_redirect() {
        for (location, expected) in [
            ("/x", "https://a.example/x"),
            ("next#part", "https://a.example/dir/next"),
            ("//b.example", "https://b.example/"),
            ("http://B.example:80/?a=b", "http://b.example/?a=b"),
        ] {
            assert_eq!(hop(&Method::GET, 302, location).unwrap().unwrap().url.as_str(), expected);
        }
        for unusable in
            ["file:///etc/passwd", "data:,x", "http://user:pw@b.example/", "http://[::1", "javascript:alert(1)"]
        {
            let error = hop(&Method::GET, 302, unusable).unwrap_err().to_string();
            assert!(error.contains("a.example") && !error.contains("pw"), "{error}");
        }
    }

    #[test]
    fn what_is_no_redirect() {
        for status in [200, 300, 304, 305, 400] {
            assert_eq!(hop(&Method::GET, status, "/x").unwrap(), None);
        }
        let without = Response::builder().status(302).body(()).unwrap();
        assert_eq!(next(&"https://a.example/".parse().unwrap(), &Method::GET, &without).unwrap(), None);
    }
}
