//! API keys.

use super::Part;
use super::operation::{
    APP, KEY, Operation, TIME, flag, list, maybe_text, maybe_time, next_cursor, object, reference, text, texts, time,
    uuid, whole, word,
};
use ramekin_model::limits;
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    let asked = json!({ "name": "shop backend", "key_scope": "app", "target_app_id": APP });
    let made = json!({
        "key": "bb_sk_0123456789abcdef0123456789abcdef01234567",
        "keyId": KEY,
        "prefix": "bb_sk_012345",
        "name": "shop backend",
    });
    let listed = json!({
        "id": KEY,
        "key_prefix": "bb_sk_012345",
        "name": "shop backend",
        "scopes": [format!("app:{APP}")],
        "scope": "app",
        "substrate_organization_id": null,
        "last_used_at": TIME,
        "expires_at": null,
        "created_at": TIME,
    });
    Part {
        tag: "API keys",
        about: "Only a key of the account looks after keys.",
        operations: vec![
            Operation::new("createApiKey", "post", "/api-keys", "Makes a key")
                .about("The key is in the answer and shown this once. Only a key of an app may call its functions for users.")
                .body(reference("NewApiKey"), asked)
                .answer(201, "The key is made.", reference("MadeApiKey"), made)
                .then(201, &["revokeApiKey"], &json!({ "id": "$response.body#/keyId" }))
                .refusals(&[403, 404]),
            Operation::new("listApiKeys", "get", "/api-keys", "Every key that is not revoked").paged()
                .about("Newest first; the keys themselves are shown to nobody.")
                .answer(200, "All of them.", whole(json!({ "keys": list(reference("ApiKey"), "Newest first"), "next_cursor": next_cursor() })), json!({ "keys": [listed], "next_cursor": null }))
                .refusals(&[403]),
            Operation::new("revokeApiKey", "delete", "/api-keys/{id}", "Makes a key useless")
                .about("Here at once, on other servers within a minute.")
                .answer(200, "It is.", whole(json!({ "revoked": flag("True") })), json!({ "revoked": true }))
                .refusals(&[403, 404]),
        ],
        schemas: vec![
            ("NewApiKey", new_key()),
            (
                "MadeApiKey",
                whole(json!({
                    "key": text("The key"),
                    "keyId": uuid(),
                    "prefix": text("What people recognise it by"),
                    "name": text("What it is called"),
                })),
            ),
            (
                "ApiKey",
                whole(json!({
                    "id": uuid(),
                    "key_prefix": text("What people recognise it by"),
                    "name": text("What it is called"),
                    "scopes": texts("`*`: every app of the owner; `app:…`: one app"),
                    "scope": text("Always `app`"),
                    "substrate_organization_id": maybe_text("Always null"),
                    "last_used_at": maybe_time("To the minute"),
                    "expires_at": maybe_time("From when it is not valid"),
                    "created_at": time("When it was made"),
                })),
            ),
        ],
    }
}

fn new_key() -> Value {
    let mut key = object(
        &["name"],
        json!({
            "name": {
                "type": "string", "minLength": 1, "maxLength": limits::MAX_KEY_NAME,
                "description": "What to call it",
            },
            "key_scope": word(&["account", "app"], "What it opens; `account` unless said"),
            "target_app_id": {
                "type": ["string", "null"],
                "description": "The app, when key_scope is `app`, and nothing when it is not",
            },
            "additional_scopes": {
                "type": "array", "items": { "type": "string" }, "maxItems": 0, "description": "This server knows none",
            },
        }),
    );
    let account =
        json!({ "properties": { "key_scope": { "enum": ["account"] }, "target_app_id": { "type": "null" } } });
    let app = json!({
        "properties": { "key_scope": { "enum": ["app"] }, "target_app_id": { "type": "string" } },
        "required": ["key_scope", "target_app_id"],
    });
    if let Some(fields) = key.as_object_mut() {
        fields.insert("anyOf".into(), json!([account, app]));
    }
    key
}
