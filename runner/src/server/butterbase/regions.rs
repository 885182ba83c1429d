//! `GET /v1/regions`: where apps can be, which is one place (Butterbase appendix A). For everybody.

use super::json;
use crate::registry::REGION;
use axum::response::Response;
use http::StatusCode;

/// 200 with `{"regions": [text]}`.
pub async fn handler() -> Response {
    json(StatusCode::OK, &serde_json::json!({ "regions": [REGION] }))
}
