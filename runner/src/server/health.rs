//! Whether the server lives, and whether it can do all of its work.

use super::error::{JSON, json_bytes};
use crate::recorder::Recorder;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use ramekin_store::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// For the database to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /health`: the process answers.
pub async fn alive() -> Response {
    reply(StatusCode::OK, &json!({ "status": "ok", "service": "ramekin" }))
}

/// `GET /health/ready`: the database answers too.
pub async fn ready(State(store): State<Store>, State(recorder): State<Arc<Recorder>>) -> Response {
    let database = matches!(timeout(PATIENCE, store.ping()).await, Ok(Ok(())));
    let log = recorder.state();
    let (status, text) =
        if database { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not_ready") };
    let checks = json!({
        "database": if database { "ok" } else { "unreachable" },
        "log": { "queued": log.queued, "dropped": log.dropped },
    });
    reply(status, &json!({ "status": text, "service": "ramekin", "checks": checks }))
}

fn reply(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], json_bytes(body)).into_response()
}
