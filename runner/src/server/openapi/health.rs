//! Whether the server lives, and what it can do.

use super::Part;
use super::operation::{Access, Operation, count, object, reference, text, whole, word};
use serde_json::json;

const METRICS: &str = "\
# HELP ramekin_calls_running Calls that run.
# TYPE ramekin_calls_running gauge
ramekin_calls_running 3
";

/// These routes.
pub fn part() -> Part {
    let ready = json!({ "status": "ready", "service": "ramekin", "checks": { "database": "ok", "log": { "queued": 0, "dropped": 0 } } });
    let away = json!({ "status": "not_ready", "service": "ramekin", "checks": { "database": "unreachable", "log": { "queued": 7, "dropped": 0 } } });
    let document = json!({ "openapi": "3.1.0", "info": { "title": "Ramekin" }, "paths": {} });
    let log = whole(
        json!({ "queued": count("Records that are not stored yet"), "dropped": count("Records that were lost") }),
    );
    let checks = whole(json!({ "database": word(&["ok", "unreachable"], "Whether it answers"), "log": log }));
    Part {
        tag: "Server",
        about: "Whether the server works, what it does, and this document.",
        operations: vec![
            Operation::new("health", "get", "/health", "The process answers").access(Access::Public).answer(
                200,
                "It does.",
                reference("Health"),
                json!({ "status": "ok", "service": "ramekin" }),
            ),
            Operation::new("ready", "get", "/health/ready", "The database answers too")
                .access(Access::Public)
                .answer(200, "It does.", reference("Readiness"), ready)
                .answer(
                    503,
                    "It does not. Functions that are loaded are served all the same.",
                    reference("Readiness"),
                    away,
                ),
            Operation::new("metrics", "get", "/metrics", "What the server does, for Prometheus")
                .about(
                    "Takes a key of the account, or the token that the operator has set as `RAMEKIN_METRICS_TOKEN`. \
                     `docs/watching.md` has every figure.",
                )
                .answer_text(200, "The figures.", "text/plain; version=0.0.4; charset=utf-8", METRICS)
                .refusals(&[403]),
            Operation::new("describe", "get", "/openapi.json", "This document").access(Access::Public).answer(
                200,
                "OpenAPI 3.1.",
                object(&["openapi", "info", "paths"], json!({})),
                document,
            ),
        ],
        schemas: vec![
            ("Health", whole(json!({ "status": text("`ok`"), "service": text("`ramekin`") }))),
            (
                "Readiness",
                whole(json!({
                    "status": word(&["ready", "not_ready"], "Whether all of its work can be done"),
                    "service": text("`ramekin`"),
                    "checks": checks,
                })),
            ),
        ],
    }
}
