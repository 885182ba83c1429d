//! Request fields as a function sees them (Butterbase §4.2): what concerns the connection goes, what only the platform may
//! say is taken from whoever said it and said by the platform.

use super::caller::Identity;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Request, header};
use ramekin_host_api::fields::{encode, encode_one};

/// Fields of the connection, and of codings that are not the function's affair.
fn is_dropped(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "accept-encoding"
            | "connection"
            | "content-encoding"
            | "content-length"
            | "expect"
            | "host"
            | "http2-settings"
            | "keep-alive"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Fields by which the platform speaks to functions.
fn is_platform(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("x-butterbase-")
        || matches!(name, "x-app-id" | "x-trigger-type" | "x-user-id" | "x-webhook-provider")
}

/// The field section of a call.
pub fn forwarded(headers: &HeaderMap, app: &str, identity: &Identity, length: Option<u64>) -> Vec<u8> {
    let connection: Vec<&str> =
        headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut tokens = connection.iter().flat_map(|value| value.split(',')).map(str::trim).peekable();
    let any = tokens.peek().is_some();
    let named = |name: &HeaderName| any && tokens.clone().any(|token| name.as_str().eq_ignore_ascii_case(token));
    // Cookies that come in fields of their own are of one list, which has `; ` and not `, ` between its items (RFC 9113, 8.2.3).
    let several = headers.get_all(header::COOKIE).iter().nth(1).is_some();
    let joined = |name: &HeaderName| several && *name == header::COOKIE;
    let kept =
        headers.iter().filter(|(name, _)| !(is_dropped(name) || is_platform(name) || named(name) || joined(name)));
    let mut section = encode(kept);
    if several {
        let all: Vec<&[u8]> = headers.get_all(header::COOKIE).iter().map(http::HeaderValue::as_bytes).collect();
        encode_one(&mut section, "cookie", &all.join(&b"; "[..]));
    }
    platform(&mut section, app, identity);
    encode_one(&mut section, "accept-encoding", b"identity");
    if let Some(length) = length {
        encode_one(&mut section, "content-length", length.to_string().as_bytes());
    }
    section
}

/// Adds what the platform says of a call.
pub fn platform(section: &mut Vec<u8>, app: &str, identity: &Identity) {
    let caller = &identity.caller;
    encode_one(section, "x-app-id", app.as_bytes());
    encode_one(section, "x-user-id", identity.user.as_deref().unwrap_or_default().as_bytes());
    encode_one(section, "x-butterbase-caller-type", caller.kind.as_str().as_bytes());
    if let Some(id) = caller.key_id {
        encode_one(section, "x-butterbase-caller-key-id", id.to_string().as_bytes());
    }
    if let Some(scope) = &caller.scope {
        encode_one(section, "x-butterbase-caller-scope", scope.as_bytes());
    }
}

/// The host that a client called, as it said.
pub fn host<B>(request: &Request<B>) -> Option<String> {
    let said = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => request.headers().get(header::HOST)?.to_str().ok()?,
    };
    let authority: Authority = said.parse().ok()?;
    (!authority.as_str().contains('@') && !authority.host().is_empty()).then(|| authority.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ramekin_host_api::{Caller, CallerType, fields::decode};
    use uuid::Uuid;

    fn request(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn seen(fields: &[(&str, &str)], identity: &Identity) -> HeaderMap {
        decode(&forwarded(&request(fields), "app_x", identity, Some(3))).unwrap()
    }

    fn anonymous() -> Identity {
        Identity { caller: Caller::anonymous(), user: None }
    }

    #[test]
    fn cookies_are_one_list() {
        let seen = seen(&[("cookie", "a=b"), ("x-a", "1"), ("cookie", "c=d")], &anonymous());
        assert_eq!((&seen["cookie"], &seen["x-a"]), (&"a=b; c=d".parse().unwrap(), &"1".parse().unwrap()));
        assert_eq!(seen.get_all("cookie").iter().count(), 1);
    }

    #[test]
    fn the_connection_is_not_the_functions_affair() {
        let seen = seen(
            &[
                ("host", "h"),
                ("connection", "keep-alive, X-Hop"),
                ("connection", "x-other-hop"),
                ("x-hop", "1"),
                ("x-other-hop", "1"),
                ("transfer-encoding", "chunked"),
                ("upgrade", "h2c"),
                ("content-length", "9"),
                ("content-encoding", "gzip"),
                ("accept-encoding", "br"),
                ("authorization", "Bearer t"),
                ("cookie", "a=b"),
                ("x-many", "1"),
                ("x-many", "2"),
            ],
            &anonymous(),
        );
        for gone in ["host", "connection", "x-hop", "x-other-hop", "transfer-encoding", "upgrade", "content-encoding"] {
            assert!(!seen.contains_key(gone), "{gone}");
        }
        assert_eq!(
            (&seen["accept-encoding"], &seen["content-length"]),
            (&"identity".parse().unwrap(), &"3".parse().unwrap())
        );
        assert_eq!((&seen["authorization"], &seen["cookie"]), (&"Bearer t".parse().unwrap(), &"a=b".parse().unwrap()));
        assert_eq!(seen.get_all("x-many").iter().count(), 2);
    }

    #[test]
    fn nobody_else_speaks_for_the_platform() {
        let forged = [
            ("x-butterbase-caller-key-id", "k"),
            ("x-butterbase-caller-scope", "*"),
            ("x-butterbase-caller-type", "loopback"),
            ("x-butterbase-as-user", "u"),
            ("x-butterbase-loop-depth", "1"),
            ("x-user-id", "u"),
            ("x-app-id", "other"),
            ("x-trigger-type", "cron"),
            ("x-webhook-provider", "p"),
        ];
        let plain = seen(&forged, &anonymous());
        for gone in [
            "x-butterbase-caller-key-id",
            "x-butterbase-caller-scope",
            "x-butterbase-as-user",
            "x-butterbase-loop-depth",
            "x-trigger-type",
            "x-webhook-provider",
        ] {
            assert!(!plain.contains_key(gone), "{gone}");
        }
        for (name, value) in [("x-user-id", ""), ("x-app-id", "app_x"), ("x-butterbase-caller-type", "anonymous")] {
            assert_eq!(plain.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
        }
        let caller =
            Caller { kind: CallerType::ServiceKey, key_id: Some(Uuid::nil()), scope: Some("*".into()), user_id: None };
        let with_key = seen(&forged, &Identity { caller, user: Some("u1".into()) });
        assert_eq!(
            (&with_key["x-user-id"], &with_key["x-butterbase-caller-scope"]),
            (&"u1".parse().unwrap(), &"*".parse().unwrap())
        );
    }

    #[test]
    fn hosts() {
        let host = |value: &str| super::host(&Request::builder().uri("/x").header("host", value).body(()).unwrap());
        for good in ["example.org", "example.org:8080", "[::1]:4000", "127.0.0.1"] {
            assert_eq!(host(good).as_deref(), Some(good));
        }
        for bad in ["", "a b", "user@example.org", "example.org/path", "a,b\\"] {
            assert_eq!(host(bad), None, "{bad}");
        }
        let absolute = Request::builder().uri("http://other.example/x").header("host", "h").body(()).unwrap();
        assert_eq!(super::host(&absolute).as_deref(), Some("other.example"));
        assert_eq!(super::host(&Request::builder().uri("/x").body(()).unwrap()), None);
    }
}
