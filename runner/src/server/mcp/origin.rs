//! Whose pages may talk to `/mcp`. The protocol wants requests of other pages refused with 403, so that no page makes a
//! browser do what its user has a key for, whatever name it has reached the server by.

use super::{SERVER_ERROR, refusal};
use crate::server::butterbase::edge::subdomain::Place;
use crate::server::cors;
use crate::server::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{StatusCode, header};
use url::{Host, Url};

/// Refuses requests of pages that are neither of this machine, nor of the server's own address, nor allowed by the operator.
/// Programs send no `Origin`.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let allowed = request.headers().get(header::ORIGIN).is_none_or(|origin| {
        origin.to_str().is_ok_and(|origin| {
            is_local(origin)
                || is_of(&state.0.public_url, origin)
                || cors::allows(&state.0, &Place::Path, "/mcp", origin)
        })
    });
    if allowed {
        return next.run(request).await;
    }
    let text =
        "Forbidden: pages of this origin may not use /mcp; the operator allows origins with RAMEKIN_ALLOWED_ORIGINS";
    refusal(StatusCode::FORBIDDEN, SERVER_ERROR, text)
}

fn is_local(origin: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else { return false };
    matches!(origin.scheme(), "http" | "https")
        && match origin.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

fn is_of(url: &str, origin: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine() {
        for origin in ["http://localhost", "http://localhost:6274", "https://127.0.0.1:1", "http://[::1]:3000"] {
            assert!(is_local(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "localhost",
            "http://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "file://localhost",
        ] {
            assert!(!is_local(origin), "{origin}");
        }
    }

    #[test]
    fn pages_of_the_server() {
        assert!(is_of("https://fn.example.org", "https://fn.example.org"));
        assert!(is_of("https://fn.example.org:8443/below", "https://fn.example.org:8443"));
        assert!(!is_of("https://fn.example.org", "http://fn.example.org"));
        assert!(!is_of("https://fn.example.org", "https://evil.example"));
        assert!(!is_of("nonsense", "null"));
    }
}
