//! CORS for every route, before anything else looks at a request (Butterbase §4.6). What a function says itself wins.
//!
//! Routes of an app allow the origins of that app, its own name in the domain of the server among them, and those of the
//! operator. Other routes allow those of the operator, and
//! as long as there are none, the one that apps begin with.

use super::butterbase::edge::subdomain::Place;
use crate::origins;
use crate::platform::Platform;
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use std::sync::Arc;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "Content-Type, Authorization, X-Signup-Source, X-Signup-Referrer, X-Organization-Id, X-Butterbase-As-User",
);

/// What a request's `Origin` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// There is none.
    None,
    /// One that may read responses.
    Allowed(HeaderValue),
    /// One that may not.
    Other,
}

impl Origin {
    /// Of these fields, where `allowed` says which origins are.
    pub fn of(headers: &HeaderMap, allowed: impl FnOnce(&str) -> bool) -> Self {
        match headers.get(ORIGIN) {
            None => Self::None,
            Some(origin) if origin.to_str().is_ok_and(allowed) => Self::Allowed(origin.clone()),
            Some(_) => Self::Other,
        }
    }

    /// The answer to a preflight request. `None` when the request is none, or is the function's own affair.
    pub fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response<Bytes>> {
        if *method != Method::OPTIONS || *self == Self::Other {
            return None;
        }
        let mut response = Response::new(Bytes::new());
        if *self == Self::None || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            *response.body_mut() = Bytes::from_static(b"Invalid Preflight Request");
            return Some(response);
        }
        *response.status_mut() = StatusCode::NO_CONTENT;
        let fields = response.headers_mut();
        fields.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        fields.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        Some(response)
    }

    /// Adds the fields of any response.
    pub fn mark(self, headers: &mut HeaderMap) {
        if let Self::Allowed(origin) = &self {
            headers.entry(ACCESS_CONTROL_ALLOW_ORIGIN).or_insert_with(|| origin.clone());
        }
        if self != Self::Other {
            headers.entry(ACCESS_CONTROL_ALLOW_CREDENTIALS).or_insert(HeaderValue::from_static("true"));
        }
        let names_origin = |value: &HeaderValue| {
            let text = value.to_str().unwrap_or_default();
            text.split(',').any(|name| matches!(name.trim(), "*") || name.trim().eq_ignore_ascii_case("origin"))
        };
        if !headers.get_all(VARY).iter().any(names_origin) {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }
}

/// Whether pages of an origin may read what a route answers.
pub fn allows(platform: &Platform, place: &Place, path: &str, origin: &str) -> bool {
    let app = match place {
        Place::App(app) => Some(Arc::clone(app)),
        Place::Path | Place::Nobody => app_of(path).and_then(|id| platform.registry().app(id)),
    };
    let subdomain = app.as_ref().and_then(|app| app.app.subdomain.as_deref());
    // What functions show at the app's own name is theirs as well.
    if let (Some(domain), Some(subdomain)) = (&platform.base_domain, subdomain)
        && domain.is_origin_of(origin, subdomain)
    {
        return true;
    }
    is_allowed(app.as_ref().map(|app| &*app.origins), &platform.allowed_origins, origin)
}

fn is_allowed(app: Option<&[String]>, operator: &[String], origin: &str) -> bool {
    if operator.iter().any(|allowed| allowed == origin) {
        return true;
    }
    match app {
        Some(app) => app.iter().any(|allowed| allowed == origin),
        None => operator.is_empty() && origin == origins::DEFAULT,
    }
}

/// The app that a route belongs to, if it belongs to one. It need not exist.
fn app_of(path: &str) -> Option<&str> {
    let (area, rest) = path.strip_prefix('/')?.split_once('/')?;
    let id = rest.split('/').next().filter(|id| !id.is_empty());
    id.filter(|_| matches!(area, "v1" | "auth" | "apps" | "storage"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &str = "http://localhost:3000";

    fn origin(headers: &HeaderMap) -> Origin {
        Origin::of(headers, |origin| origin == ALLOWED)
    }

    #[test]
    fn an_app_allows_its_own_origins() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
        let (app, operator, none) = (list(&["https://a.example"]), list(&["https://op.example"]), list(&[]));
        for (app, operator, origin, allowed) in [
            (Some(&app), &none, "https://a.example", true),
            (Some(&app), &none, "https://b.example", false),
            (Some(&app), &none, ALLOWED, false),
            (Some(&app), &operator, "https://op.example", true),
            (Some(&none), &none, ALLOWED, false),
            (None, &none, ALLOWED, true),
            (None, &none, "https://a.example", false),
            (None, &operator, ALLOWED, false),
            (None, &operator, "https://op.example", true),
        ] {
            assert_eq!(is_allowed(app.map(Vec::as_slice), operator, origin), allowed, "{app:?} {operator:?} {origin}");
        }
    }

    #[test]
    fn routes_of_apps() {
        for (path, app) in [
            ("/v1/app_x/fn/hello", Some("app_x")),
            ("/v1/app_x", Some("app_x")),
            ("/auth/app_x/login", Some("app_x")),
            ("/apps/app_x/status", Some("app_x")),
            ("/apps", None),
            ("/api-keys/x", None),
            ("/v1/", None),
            ("/v1//x", None),
            ("v1/app_x", None),
            ("*", None),
        ] {
            assert_eq!(app_of(path), app, "{path}");
        }
    }

    fn headers(fields: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn preflight(fields: &[(http::HeaderName, &'static str)]) -> Option<Response<Bytes>> {
        let headers = headers(fields);
        origin(&headers).preflight(&Method::OPTIONS, &headers)
    }

    fn marked(origin: &[(http::HeaderName, &'static str)], response: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        let mut response = headers(response);
        self::origin(&headers(origin)).mark(&mut response);
        response
    }

    #[test]
    fn preflight_requests() {
        let answer = preflight(&[(ORIGIN, ALLOWED), (ACCESS_CONTROL_REQUEST_METHOD, "PUT")]).unwrap();
        assert_eq!(answer.status(), 204);
        assert_eq!(answer.headers()["access-control-allow-methods"], "GET, POST, PUT, PATCH, DELETE, OPTIONS");
        assert_eq!(answer.headers()["content-length"], "0");
        for incomplete in [vec![], vec![(ACCESS_CONTROL_REQUEST_METHOD, "PUT")], vec![(ORIGIN, ALLOWED)]] {
            let answer = preflight(&incomplete).unwrap();
            assert_eq!(
                (answer.status().as_u16(), answer.body().as_ref()),
                (400, b"Invalid Preflight Request".as_ref())
            );
        }
        assert!(preflight(&[(ORIGIN, "http://evil.example"), (ACCESS_CONTROL_REQUEST_METHOD, "PUT")]).is_none());
        let get = headers(&[(ORIGIN, ALLOWED), (ACCESS_CONTROL_REQUEST_METHOD, "PUT")]);
        assert!(origin(&get).preflight(&Method::GET, &get).is_none());
    }

    #[test]
    fn fields_of_responses() {
        let allowed = marked(&[(ORIGIN, ALLOWED)], &[]);
        assert_eq!(allowed["access-control-allow-origin"], ALLOWED);
        assert_eq!(
            (&allowed["access-control-allow-credentials"], &allowed["vary"]),
            (&"true".parse().unwrap(), &"Origin".parse().unwrap())
        );
        let none = marked(&[], &[]);
        assert!(
            !none.contains_key("access-control-allow-origin") && none.contains_key("access-control-allow-credentials")
        );
        let other = marked(&[(ORIGIN, "http://evil.example")], &[]);
        assert_eq!((other.len(), &other["vary"]), (1, &"Origin".parse().unwrap()));
    }

    #[test]
    fn what_a_function_says_wins() {
        let own = marked(&[(ORIGIN, ALLOWED)], &[(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (VARY, "Accept, origin")]);
        assert_eq!(
            (&own["access-control-allow-origin"], own.get_all("vary").iter().count()),
            (&"*".parse().unwrap(), 1)
        );
        assert_eq!(marked(&[], &[(VARY, "Accept")]).get_all("vary").iter().count(), 2);
    }
}
