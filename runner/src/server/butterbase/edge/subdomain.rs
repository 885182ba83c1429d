//! `ANY /fn/{name}` on a host `{subdomain}.{base domain}`: the public call by the app's own name (Butterbase §2.3). On any
//! other host there is no such path.

use super::headers;
use crate::platform::Platform;
use crate::registry::AppEntry;
use crate::server::error::{JSON, json_bytes};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde_json::json;
use std::sync::Arc;

/// Where a request goes by its host.
pub enum Place {
    /// Wherever its path says.
    Path,
    /// To a function of this app.
    App(Arc<AppEntry>),
    /// To a function of an app that is not there.
    Nobody,
}

impl Place {
    /// Of a request.
    pub fn of<B>(platform: &Platform, request: &Request<B>) -> Self {
        let Some(domain) = &platform.base_domain else { return Self::Path };
        if function(request.uri().path()).is_none() {
            return Self::Path;
        }
        let Some(host) = headers::host(request) else { return Self::Path };
        let Some(label) = domain.label(&host) else { return Self::Path };
        let app = platform.registry().app_of_subdomain(&label.to_ascii_lowercase());
        app.map_or(Self::Nobody, Self::App)
    }
}

/// The function of a path. Nothing follows the name, not even a slash.
pub fn function(path: &str) -> Option<&str> {
    path.strip_prefix("/fn/").filter(|name| !name.is_empty() && !name.contains('/'))
}

/// The answer where there is no app.
pub fn nobody() -> Response<Bytes> {
    let mut response = Response::new(json_bytes(&json!({ "error": "App not found" })));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_functions() {
        assert_eq!(function("/fn/hello"), Some("hello"));
        assert_eq!(function("/fn/fn"), Some("fn"));
        for other in ["/fn/", "/fn", "/fn/hello/", "/fn/hello/more", "/v1/app_x/fn/hello", "fn/hello", "/FN/hello", ""]
        {
            assert_eq!(function(other), None, "{other}");
        }
    }
}
