//! Apps.

use super::Part;
use super::operation::{
    APP, Operation, TIME, USER, app_id, flag, list, maybe_text, next_cursor, object, reference, text, time, uuid,
    whole, word,
};
use serde_json::{Value, json};

/// What an app is made for.
const NEXT: &[&str] =
    &["appStatus", "deployFunction", "changeAppEnv", "applySchema", "getSchema", "listPolicies", "jwks", "deleteApp"];
const STATES: &[&str] = &["provisioning", "ready", "failed"];

/// These routes.
pub fn part() -> Part {
    let made = json!({
        "app_id": APP,
        "name": "shop",
        "db_provisioned": true,
        "provisioning_status": "ready",
        "api_url": format!("http://127.0.0.1:4000/v1/{APP}"),
        "subdomain": null,
        "url": format!("http://127.0.0.1:4000/v1/{APP}"),
        "created_at": TIME,
        "_meta": {},
    });
    let listed = json!({
        "id": APP,
        "name": "shop",
        "subdomain": null,
        "db_name": APP,
        "db_provisioned": true,
        "provisioning_status": "ready",
        "region": "local",
        "owner_id": USER,
        "organization_id": null,
        "created_at": TIME,
    });
    let status = json!({
        "app_id": APP, "name": "shop", "db_provisioned": true, "provisioning_status": "ready", "provisioning_error": null,
    });
    Part {
        tag: "Apps",
        about: "An app holds functions, variables, tables and users, and sees nothing of another app.",
        operations: vec![
            Operation::new("initApp", "post", "/init", "Makes an app with its database")
                .about("Finds the caller's app of this name when it is there already. Takes a key of the account.")
                .body(reference("NewApp"), json!({ "name": "shop" }))
                .answer(201, "The app is made.", reference("MadeApp"), made.clone())
                .then(201, NEXT, &json!({ "app": "$response.body#/app_id" }))
                .answer(200, "The app was there.", reference("MadeApp"), made)
                .refusals(&[403, 409]),
            Operation::new("listApps", "get", "/apps", "The apps that the key opens")
                .about("Newest first.")
                .paged()
                .answer(
                    200,
                    "All of them.",
                    whole(json!({ "apps": list(reference("App"), "Newest first"), "next_cursor": next_cursor() })),
                    json!({ "apps": [listed], "next_cursor": null }),
                ),
            Operation::new("appStatus", "get", "/apps/{app}/status", "Whether an app's database can be used")
                .about("Its functions can be called in any case.")
                .answer(200, "Its state.", reference("AppStatus"), status),
            Operation::new("deleteApp", "delete", "/apps/{app}", "Deletes an app with everything it has")
                .about("Functions, logs, tables, users and keys: nothing brings them back. Takes a key of the account.")
                .answer(200, "It is gone, on every server.", super::functions::success(), json!({ "success": true }))
                .refusals(&[403, 409]),
        ],
        schemas: vec![
            (
                "NewApp",
                object(
                    &["name"],
                    json!({
                        "name": {
                            "type": "string",
                            "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$",
                            "description": "Unique among the apps of its owner",
                        },
                        "subdomain": {
                            "type": ["string", "null"],
                            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                            "description": "Its name in the domain of the server, unique there. An app that has one keeps it",
                        },
                    }),
                ),
            ),
            ("MadeApp", whole(made_app())),
            (
                "App",
                whole(json!({
                    "id": app_id(),
                    "name": text("Name"),
                    "subdomain": maybe_text("Its name in the domain of the server"),
                    "db_name": text("Name of its database"),
                    "db_provisioned": flag("Whether its database can be used"),
                    "provisioning_status": word(STATES, "State of its database"),
                    "region": text("Where it runs"),
                    "owner_id": uuid(),
                    "organization_id": maybe_text("Always null"),
                    "created_at": time("When it was made"),
                })),
            ),
            (
                "AppStatus",
                whole(json!({
                    "app_id": app_id(),
                    "name": text("Name"),
                    "db_provisioned": flag("Whether its database can be used"),
                    "provisioning_status": word(STATES, "State of its database"),
                    "provisioning_error": maybe_text("Why it failed"),
                })),
            ),
        ],
    }
}

fn made_app() -> Value {
    json!({
        "app_id": app_id(),
        "name": text("Name"),
        "db_provisioned": flag("Whether its database can be used"),
        "provisioning_status": word(STATES, "State of its database"),
        "api_url": text("Where its API is"),
        "subdomain": maybe_text("Its name in the domain of the server"),
        "url": text("Where its name leads, if it has one and the server a domain; else where its API is"),
        "created_at": time("When it was made"),
        "_meta": { "type": "object" },
    })
}
