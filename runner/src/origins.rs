//! Origins, as browsers say them: what an app's owner writes down has to be what a browser sends.

use ramekin_model::limits;
use url::Url;

/// What routes of no app allow, and what an app allows until its owner says otherwise (Butterbase §4.6).
pub const DEFAULT: &str = "http://localhost:3000";

/// An origin in the form in which browsers send it: scheme, host, and a port that is not the scheme's own. `None` when the
/// text is something else, such as an address with a path or a pattern.
pub fn normalized(text: &str) -> Option<String> {
    if text.len() > limits::MAX_ORIGIN || text.contains('*') {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let host = url.host_str().filter(|host| bare && !host.is_empty())?;
    let scheme = url.scheme();
    Some(match url.port() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_say_them() {
        for (text, origin) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://Example.ORG/", "https://example.org"),
            ("https://example.org:443", "https://example.org"),
            ("http://example.org:8080", "http://example.org:8080"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(normalized(text).as_deref(), Some(origin), "{text}");
        }
        for bad in [
            "",
            "*",
            "null",
            "example.org",
            "https://",
            "https://*.example.org",
            "https://example.org/path",
            "https://example.org?a=b",
            "https://user@example.org",
            "file:///x",
            "javascript:alert(1)",
        ] {
            assert_eq!(normalized(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_origin_on_and_past_its_limit() {
        let sized = |bytes: usize| format!("app://{}", "a".repeat(bytes - 6));
        assert!(normalized(&sized(limits::MAX_ORIGIN)).is_some());
        assert!(normalized(&sized(limits::MAX_ORIGIN + 1)).is_none());
    }
}
