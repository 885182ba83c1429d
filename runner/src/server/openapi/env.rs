//! Variables, and the switches of functions.

use super::Part;
use super::functions::invalidation;
use super::operation::{
    FUNCTION, Operation, TIME, count, flag, function_name, maybe_time, object, reference, text, texts, time, uuid,
    whole,
};
use serde_json::{Value, json};

const SWITCH: &str = "allow_service_key_impersonation";

/// These routes.
pub fn part() -> Part {
    let change = json!({ "envVars": { "API_KEY": "secret", "OLD": null } });
    let app = json!({
        "message": "Environment variables updated",
        "updatedKeys": ["API_KEY"],
        "invalidated": { "count": 1, "functions": ["hello"], "durable_objects_redeployed": false },
    });
    let function = json!({
        "message": "Environment variables updated",
        "function": { "id": FUNCTION, "name": "hello", "updated_at": TIME },
        "updatedKeys": ["API_KEY"],
        "cache_invalidation": { "success": true, "attempts": 1 },
    });
    let switched = json!({
        "message": "Function settings updated",
        "function": { "id": FUNCTION, "name": "hello", SWITCH: false, "updated_at": TIME },
        "cache_invalidation": { "success": true, "attempts": 1 },
    });
    Part {
        tag: "Variables",
        about: "Variables of apps and functions, and switches of functions: changed without a deploy, and seen by the next call. \
                Values are encrypted and shown to nobody. A function's own variable wins over one of its app.",
        operations: vec![
            Operation::new("appEnv", "get", "/v1/{app}/env", "Names of an app's variables")
                .header("if-none-match", "Answers 304 when this is still what there is")
                .empty(304, "They have not changed.")
                .answer(200, "Their names.", reference("EnvKeys"), json!({ "keys": ["API_KEY"], "updatedAt": TIME })),
            Operation::new("changeAppEnv", "patch", "/v1/{app}/env", "Changes variables of an app")
                .about("Sets what is a text, deletes what is null, and leaves the rest.")
                .header("if-match", "Changes nothing but this version")
                .body(reference("EnvChange"), change.clone())
                .refusals(&[412])
                .answer(200, "The next call of each function sees it.", reference("AppEnvChanged"), app)
                .refusals(&[429]),
            Operation::new(
                "changeFunctionEnv",
                "patch",
                "/v1/{app}/functions/{name}/env",
                "Changes a function's own variables",
            )
            .about("Sets what is a text, deletes what is null, and leaves the rest.")
            .header("if-match", "Changes nothing but this version")
            .body(reference("EnvChange"), change)
            .refusals(&[412])
            .answer(200, "The next call sees it.", reference("FunctionEnvChanged"), function)
            .refusals(&[429]),
            Operation::new("changeSettings", "patch", "/v1/{app}/functions/{name}/settings", "A function's switches")
                .header("if-match", "Changes nothing but this version")
                .body(reference("SettingsChange"), json!({ SWITCH: false }))
                .refusals(&[412])
                .answer(200, "The next call sees it.", reference("SettingsChanged"), switched),
        ],
        schemas: schemas(),
    }
}

fn schemas() -> Vec<(&'static str, Value)> {
    let changed = whole(json!({ "id": uuid(), "name": function_name(), "updated_at": time("When") }));
    let switched = whole(
        json!({ "id": uuid(), "name": function_name(), SWITCH: flag("As it is now"), "updated_at": time("When") }),
    );
    let seen = whole(json!({
        "count": count("How many functions see it"),
        "functions": texts("Which"),
        "durable_objects_redeployed": flag("Always false"),
    }));
    vec![
        (
            "EnvKeys",
            whole(json!({ "keys": texts("In order"), "updatedAt": maybe_time("When they were last changed") })),
        ),
        (
            "EnvChange",
            object(
                &["envVars"],
                json!({
                    "envVars": {
                        "type": "object",
                        "minProperties": 1,
                        "propertyNames": super::operation::variable_name(),
                        "additionalProperties": { "type": ["string", "null"] },
                        "description": "Values by name; null deletes. Names that begin with `BUTTERBASE_` belong to the platform",
                    },
                }),
            ),
        ),
        (
            "AppEnvChanged",
            whole(
                json!({ "message": text("For people"), "updatedKeys": texts("All variables afterwards"), "invalidated": seen }),
            ),
        ),
        (
            "FunctionEnvChanged",
            whole(json!({
                "message": text("For people"),
                "function": changed,
                "updatedKeys": texts("All variables of its own afterwards"),
                "cache_invalidation": invalidation(),
            })),
        ),
        (
            "SettingsChange",
            object(&[SWITCH], json!({ SWITCH: flag("Whether keys of the app may call the function for a user") })),
        ),
        (
            "SettingsChanged",
            whole(json!({ "message": text("For people"), "function": switched, "cache_invalidation": invalidation() })),
        ),
    ]
}
