//! What an app's owner sets of the app itself, and who changed what.

use super::Part;
use super::operation::{
    APP, Access, FUNCTION, KEY, Operation, TIME, app_id, count, flag, list, maybe_text, maybe_time, reference, text,
    texts, time, uuid, whole,
};
use crate::registry::REGION;
use ramekin_model::limits;
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    let moment = json!({ "type": "string", "format": "date-time" });
    let filter = json!({ "type": "string" });
    Part {
        tag: "Configuration",
        about: "Origins whose pages may read an app's answers, pausing an app, and the log of who changed what.",
        operations: vec![
            Operation::new("regions", "get", "/v1/regions", "Where apps can be").access(Access::Public).answer(
                200,
                "One place.",
                whole(json!({ "regions": texts("Names") })),
                json!({ "regions": [REGION] }),
            ),
            Operation::new("appConfig", "get", "/v1/{app}/config", "How an app is set")
                .header("if-none-match", "Answers 304 when this is still its version")
                .answer(200, "What cannot be set has the value that it always has.", reference("AppConfig"), config())
                .empty(304, "It has not changed."),
            Operation::new("setOrigins", "patch", "/v1/{app}/config/cors", "Whose pages may read answers")
                .about(format!("Replaces all of them. At most {}; `*` stands for every page.", limits::MAX_ORIGINS))
                .header("if-match", "Changes nothing but this version")
                .body(
                    whole(json!({ "allowed_origins": texts("Origins such as https://a.example") })),
                    json!({ "allowed_origins": ["https://a.example"] }),
                )
                .answer(
                    200,
                    "The next call sees it.",
                    whole(json!({
                        "message": text("For people"),
                        "app_id": app_id(),
                        "allowed_origins": texts("As they are now"),
                    })),
                    json!({
                        "message": "CORS configuration updated",
                        "app_id": APP,
                        "allowed_origins": ["https://a.example"],
                    }),
                )
                .refusals(&[412]),
            Operation::new("pauseApp", "patch", "/v1/{app}/config/pause", "Pauses an app, and ends the pause")
                .about("While an app is paused its public calls get 503 `APP_PAUSED`. Management and test calls go on.")
                .header("if-match", "Changes nothing but this version")
                .body(reference("Pause"), json!({ "paused": true, "reason": "maintenance" }))
                .answer(200, "The next call sees it.", reference("Paused"), paused())
                .refusals(&[412]),
            Operation::new("auditLog", "get", "/v1/{app}/audit-logs", "Who changed what, newest first")
                .about("Also of an app that was deleted, with an account key of whoever it belonged to.")
                .query(
                    "limit",
                    json!({ "type": "integer", "minimum": 1 }),
                    &format!(
                        "How many; {} unless said, at most {}",
                        limits::DEFAULT_AUDIT_PAGE,
                        limits::MAX_AUDIT_PAGE
                    ),
                )
                .query("offset", json!({ "type": "integer", "minimum": 0 }), "How many to leave out")
                .query("category", filter.clone(), "Only these")
                .query("event_type", filter.clone(), "Only these, such as `function.deploy`")
                .query("action", filter.clone(), "Only these")
                .query("resource_type", filter.clone(), "Only these")
                .query("resource_id", filter.clone(), "Only these")
                .query("actor_id", filter, "Only what this user or key did")
                .query("from", moment.clone(), "Not older")
                .query("to", moment, "Not newer")
                .answer(200, "A page.", reference("AuditPage"), audit())
                .refusals(&[400]),
        ],
        schemas: schemas(),
    }
}

fn config() -> Value {
    json!({
        "id": APP,
        "name": "shop",
        "subdomain": null,
        "api_url": format!("http://127.0.0.1:4000/v1/{APP}"),
        "db_name": APP,
        "db_provisioned": true,
        "region": REGION,
        "allowed_origins": ["https://a.example"],
        "jwt_config": { "accessTokenTtl": "3600s", "refreshTokenTtlDays": 30 },
        "access_mode": "public",
        "auth_hook_function": null,
        "paused": false,
        "paused_at": null,
        "paused_reason": null,
        "created_at": TIME,
        "updated_at": TIME,
    })
}

fn paused() -> Value {
    json!({
        "message": "App paused: its callers get 503",
        "app_id": APP,
        "paused": true,
        "paused_at": TIME,
        "paused_reason": "maintenance",
    })
}

fn audit() -> Value {
    let record = json!({
        "id": FUNCTION,
        "app_id": APP,
        "category": "admin",
        "event_type": "function.deploy",
        "action": "deploy",
        "resource_type": "function",
        "resource_id": FUNCTION,
        "actor_type": "api_key",
        "actor_id": KEY,
        "event_data": { "function_id": FUNCTION },
        "ip_address": "127.0.0.1",
        "user_agent": "ramekin",
        "success": true,
        "error_message": null,
        "correlation_id": FUNCTION,
        "created_at": TIME,
    });
    json!({ "logs": [record], "total": 1, "limit": 100, "offset": 0, "nextOffset": null })
}

fn schemas() -> Vec<(&'static str, Value)> {
    let tokens = whole(json!({
        "accessTokenTtl": text("How long an access token of a user is valid"),
        "refreshTokenTtlDays": count("Days that a refresh token is valid"),
    }));
    let config = whole(json!({
        "id": app_id(),
        "name": text("Its name"),
        "subdomain": maybe_text("Always null"),
        "api_url": text("Where its API is"),
        "db_name": text("Its database"),
        "db_provisioned": flag("Whether its database can be used"),
        "region": text("Where it is"),
        "allowed_origins": texts("Whose pages may read answers"),
        "jwt_config": tokens,
        "access_mode": text("Always `public`"),
        "auth_hook_function": maybe_text("Always null"),
        "paused": flag("Whether it is paused"),
        "paused_at": maybe_time("Since when"),
        "paused_reason": maybe_text("Why"),
        "created_at": time("When it was made"),
        "updated_at": time("When any of this was changed"),
    }));
    let record = whole(json!({
        "id": uuid(),
        "app_id": app_id(),
        "category": text("`admin` or `function`"),
        "event_type": text("What happened"),
        "action": text("The kind of change"),
        "resource_type": text("To what"),
        "resource_id": maybe_text("To which"),
        "actor_type": text("Who: `platform_user`, `api_key`, `app_user` or `anonymous`"),
        "actor_id": maybe_text("Which"),
        "event_data": { "type": "object", "description": "More of it; no secrets" },
        "ip_address": maybe_text("From where"),
        "user_agent": maybe_text("With what"),
        "success": flag("Always true: what fails changes nothing"),
        "error_message": maybe_text("Always null"),
        "correlation_id": maybe_text("The request"),
        "created_at": time("When"),
    }));
    vec![
        ("AppConfig", config),
        (
            "Pause",
            json!({
                "type": "object",
                "required": ["paused"],
                "properties": {
                    "paused": flag("Whether it shall be"),
                    "reason": {
                        "type": ["string", "null"], "maxLength": limits::MAX_PAUSE_REASON, "description": "Why, for its callers",
                    },
                },
            }),
        ),
        (
            "Paused",
            whole(json!({
                "message": text("For people"),
                "app_id": app_id(),
                "paused": flag("Whether it is"),
                "paused_at": maybe_time("Since when"),
                "paused_reason": maybe_text("Why"),
            })),
        ),
        (
            "AuditPage",
            whole(json!({
                "logs": list(record, "Newest first"),
                "total": count("How many there are in all"),
                "limit": count("As asked for"),
                "offset": count("As asked for"),
                "nextOffset": { "type": ["integer", "null"], "description": "Of the next page; null when there is none" },
            })),
        ),
    ]
}
