//! Functions.

use super::Part;
use super::operation::{
    APP, FUNCTION, Operation, TIME, count, flag, function_name, list, maybe_text, maybe_time, next_cursor, object,
    reference, text, texts, time, uuid, variable_name, whole, word,
};
use ramekin_model::{TriggerType, limits};
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    Part {
        tag: "Functions",
        about: "Deploying functions and looking after them.",
        operations: operations(),
        schemas: schemas(),
    }
}

/// That it was done.
pub fn success() -> Value {
    whole(json!({ "success": flag("True") }))
}

/// What stands for the caches of a server that has none.
pub fn invalidation() -> Value {
    whole(json!({ "success": flag("True"), "attempts": count("1") }))
}

/// What a function is deployed for.
const NEXT: &[&str] = &[
    "callGet",
    "callPost",
    "invokeFunction",
    "getFunction",
    "functionLogs",
    "followLogs",
    "functionMetrics",
    "changeFunctionEnv",
    "changeSettings",
    "deleteFunction",
];
const TOOL: &str = "For an agent runtime, which is not part of the server: stored and shown";
const SINCE: &str = "Only calls that began later, to the millisecond";
const SOURCE: &str = "export const handler = (request: Request) => Response.json({ hello: 'you' });";

fn operations() -> Vec<Operation> {
    let asked = json!({
        "name": "hello",
        "code": SOURCE,
        "timeoutMs": 2000,
        "memoryLimitMb": 64,
        "triggers": [{ "type": "http", "config": { "auth": "none" } }],
    });
    let deployed = json!({
        "id": FUNCTION,
        "name": "hello",
        "url": format!("http://127.0.0.1:4000/v1/{APP}/fn/hello"),
        "triggers": [{ "type": "http", "enabled": true }],
        "deployedAt": TIME,
        "cacheInvalidation": { "success": true, "attempts": 1 },
        "startup": { "mode": "snapshot" },
        "consoleLogs": [],
        "warnings": [],
    });
    let entry = json!({
        "timestamp": TIME,
        "method": "GET",
        "path": format!("/v1/{APP}/fn/hello"),
        "statusCode": 200,
        "duration": 3,
        "memoryUsed": 1.5,
        "error": null,
        "stack": null,
        "consoleLogs": [{ "level": "log", "message": "called", "timestamp": 1_896_091_200_000_i64 }],
        "requestId": "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2c",
    });
    let limit = json!({ "type": "integer", "minimum": 1 });
    vec![
        Operation::new("deployFunction", "post", "/v1/{app}/functions", "Deploys a function, or the next version of it")
            .about(
                "Answers when the next call runs the new version; when it fails, nothing was changed. What a redeploy leaves out \
                 stays as it was, the triggers included.",
            )
            .header_of(
                "idempotency-key",
                json!({ "type": "string", "minLength": 1, "maxLength": limits::MAX_IDEMPOTENCY_KEY, "pattern": "^[ -~]+$" }),
                "The same key with the same body deploys once in 24 hours, and gets the same answer",
            )
            .header("if-match", "Replaces this version and no other")
            .header_of(
                "if-none-match",
                json!({ "type": "string", "enum": ["*"] }),
                "`*`: only if there is none of this name",
            )
            .body(reference("Deploy"), asked)
            .answer(200, "It is deployed.", reference("Deployed"), deployed)
            .then(200, NEXT, &json!({ "app": "$request.path.app", "name": "$response.body#/name" }))
            .refusals(&[403, 409, 412, 422, 429]),
        Operation::new("listFunctions", "get", "/v1/{app}/functions", "The functions of an app")
            .about("By name. Their code is not in it.")
            .query("include_deleted", json!({ "type": "string" }), "`true` shows deleted functions too")
            .paged()
            .header("if-none-match", "Answers 304 when this is still what there is")
            .empty(304, "It has not changed.")
            .answer(
                200,
                "All of them.",
                whole(json!({ "functions": list(reference("ListedFunction"), "By name"), "next_cursor": next_cursor() })),
                json!({ "functions": [listed()], "next_cursor": null }),
            ),
        Operation::new("getFunction", "get", "/v1/{app}/functions/{name}", "One function with its code")
            .query("include_deleted", json!({ "type": "string" }), "`true` shows a deleted function too")
            .header("if-none-match", "Answers 304 when this is still what there is")
            .empty(304, "It has not changed.")
            .answer(200, "The function.", reference("Function"), detail()),
        Operation::new("deleteFunction", "delete", "/v1/{app}/functions/{name}", "Deletes a function")
            .about(
                "Its log stays, and a deploy of the same name brings it back. Answers the same when there was none, also for a \
                 name that no function can have.",
            )
            .any("name")
            .header("if-match", "Deletes this version and no other")
            .refusals(&[412])
            .answer(200, "There is none of this name.", success(), json!({ "success": true })),
        Operation::new("invokeFunction", "post", "/v1/{app}/functions/{name}/invoke", "The owner's test call")
            .about(
                "Triggers and `auth` do not matter here, the function is called with POST, and errors come with their stack. Of \
                 the function's answer status, content type and content are passed on.",
            )
            .header("X-Butterbase-As-User", "Calls for this user")
            .any_body(&["application/json"])
            .answer(403, "The function does not let keys act for users.", reference("Error"), super::call::refused())
            .answer(404, "There is no such app or function.", reference("AnyCallError"), json!({ "error": "Function not found" }))
            .answer(429, super::call::BUSY, reference("AnyCallError"), super::call::busy())
            .answer(500, "The function threw, or ran out of memory.", reference("AnyCallError"), json!({ "error": "boom", "stack": "at handler (hello.ts:1:7)" }))
            .answer(504, "The function did not answer in time.", reference("CallError"), super::call::late())
            .whatever("What the function answers."),
        Operation::new("functionLogs", "get", "/v1/{app}/functions/{name}/logs", "What calls did")
            .about("Newest first. A call stands in the log when it has ended.")
            .query("limit", limit, &format!(
                "How many; {} unless said, at most {}, and fewer where they have more than {} MiB of text",
                limits::DEFAULT_LOG_PAGE,
                limits::MAX_LOG_PAGE,
                limits::MAX_LOG_PAGE_BYTES >> 20
            ))
            .query("since", moment(), SINCE)
            .query("before", json!({ "type": "string" }), "`nextCursor` of the page before")
            .query("level", json!({ "type": "string" }), "`error` keeps calls that failed")
            .query("include_deleted", json!({ "type": "string" }), "`true` reads the log of a deleted function too")
            .answer(200, "A page.", reference("LogPage"), json!({ "logs": [&entry], "hasMore": false, "nextCursor": null }))
            .refusals(&[400]),
        Operation::new("followLogs", "get", "/v1/{app}/functions/{name}/logs/stream", "What calls do, as it happens")
            .about(format!(
                "Server-sent events `log`, whose data is a LogEntry: one for each call, when it has ended. A comment comes \
                 every 15 seconds when nothing else does, and the end with that of the server. At most {} of an app and {} in \
                 all may be open at once.",
                limits::MAX_APP_LOG_STREAMS,
                limits::MAX_LOG_STREAMS,
            ))
            .query("since", moment(), "Begins with the calls of the log that began later; without it, with what comes from now on")
            .query("level", json!({ "type": "string" }), "`error` keeps calls that failed")
            .header("last-event-id", "`id` of an event, or a time: goes on after it")
            .answer_events(
                200,
                "The stream.",
                &format!("id: {TIME}_4711\nevent: log\ndata: {entry}\n\n"),
            )
            .refusals(&[400]),
        Operation::new("functionMetrics", "get", "/v1/{app}/functions/{name}/metrics", "Figures of a function's calls")
            .about("Calls that have ended are in it.")
            .query("since", moment(), &format!("{SINCE}; those of the last 24 hours unless said"))
            .answer(200, "The figures.", reference("FunctionMetrics"), figures())
            .refusals(&[400]),
    ]
}

/// A time in the query.
fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn figures() -> Value {
    json!({
        "since": TIME,
        "total": 12,
        "errors": 3,
        "errorRate": 0.25,
        "avgDuration": 3.5,
        "p50": 3,
        "p95": 8,
        "p99": 8,
        "avgCpu": 1.25,
        "avgMemory": 1.5,
        "lastInvoked": TIME,
        "lastStatus": 200,
    })
}

fn listed() -> Value {
    json!({
        "id": FUNCTION,
        "name": "hello",
        "description": null,
        "triggers": [{ "type": "http", "config": { "auth": "none" }, "enabled": true }],
        "url": format!("http://127.0.0.1:4000/v1/{APP}/fn/hello"),
        "status": "active",
        "deployedAt": TIME,
        "lastInvoked": TIME,
        "lastStatus": 200,
        "invocationCount": 12,
        "errorRate": 0.25,
        "avgDuration": 3.5,
        "agent_tool": false,
        "agent_tool_description": null,
        "agent_tool_mode": "read_only",
        "agent_tool_exposed_to": "developer_only",
    })
}

fn detail() -> Value {
    json!({
        "id": FUNCTION,
        "name": "hello",
        "description": null,
        "code": SOURCE,
        "triggers": [{ "type": "http", "config": { "auth": "none" }, "enabled": true }],
        "timeoutMs": 2000,
        "memoryLimitMb": 64,
        "deployedAt": TIME,
        "lastInvoked": null,
        "invocationCount": 0,
        "errorCount": 0,
        "avgDuration": 0,
        "envKeys": ["API_KEY"],
        "agent_tool": false,
        "agent_tool_description": null,
        "agent_tool_mode": "read_only",
        "agent_tool_exposed_to": "developer_only",
    })
}

fn trigger_kinds() -> Vec<&'static str> {
    use TriggerType as Type;
    [Type::Http, Type::Cron, Type::S3Upload, Type::Webhook, Type::Websocket].map(Type::as_str).to_vec()
}

fn schemas() -> Vec<(&'static str, Value)> {
    let kind = word(&trigger_kinds(), "What starts the function");
    let config = json!({
        "type": "object",
        "description": "Its settings. The secret of a webhook is shown as `***`",
    });
    let sent = json!({ "anyOf": [reference("SentHttpTrigger"), reference("SentOtherTrigger")] });
    let sent_as = |kinds: &[&str], config: &Value| {
        let kind = word(kinds, "What starts the function");
        object(&["type"], json!({ "type": kind, "config": config, "enabled": flag("True unless said") }))
    };
    let mode = word(&["required", "optional", "none"], "Whether callers must be signed in; `required` unless said");
    let http = json!({ "type": "object", "properties": { "auth": mode }, "description": "Its settings" });
    let other = json!({
        "type": "object",
        "description": "Its settings. `***` as the `secret` of a webhook keeps the stored one",
    });
    let others: Vec<&str> = trigger_kinds().into_iter().filter(|kind| *kind != TriggerType::Http.as_str()).collect();
    let shown = whole(json!({ "type": kind, "config": config, "enabled": flag("Whether it starts anything") }));
    let short = whole(json!({ "type": kind, "enabled": flag("Whether it starts anything") }));
    let line = whole(json!({
        "level": word(&["debug", "log", "info", "warn", "error"], "Which method of `console`"),
        "message": text("At most 10,000 characters"),
        "timestamp": count("Milliseconds since 1970"),
    }));
    let startup = object(
        &["mode"],
        json!({
            "mode": word(&["snapshot", "per_request"], "When the top level runs: at deploy, or at each request"),
            "reason": text("Why it runs at each request"),
        }),
    );
    let warning = object(
        &["code", "message"],
        json!({
            "code": word(&["TRIGGER_NOT_STARTED", "AGENT_TOOL_NOT_OFFERED"], "For programs"),
            "message": text("For people"),
            "trigger": word(&trigger_kinds(), "Which trigger it is about"),
        }),
    );
    vec![
        ("SentTrigger", sent),
        ("SentHttpTrigger", sent_as(&[TriggerType::Http.as_str()], &http)),
        ("SentOtherTrigger", sent_as(&others, &other)),
        ("Trigger", shown),
        ("ConsoleLine", line),
        ("Deploy", deploy()),
        (
            "Deployed",
            whole(json!({
                "id": uuid(),
                "name": function_name(),
                "url": maybe_text("Where it is called; null without an http trigger"),
                "triggers": list(short, "Ordered by type"),
                "deployedAt": time("Its version stamp"),
                "cacheInvalidation": invalidation(),
                "startup": startup,
                "consoleLogs": list(reference("ConsoleLine"), "What the top level wrote"),
                "warnings": list(warning, "What is stored and has no effect here"),
            })),
        ),
        (
            "ListedFunction",
            whole(json!({
                "id": uuid(),
                "name": function_name(),
                "description": maybe_text("What it is for"),
                "triggers": list(reference("Trigger"), "Ordered by type"),
                "url": maybe_text("Where it is called; null without an http trigger"),
                "status": word(&["active", "error"], "`error` when more than a tenth of the calls of the last day failed"),
                "deployedAt": time("Its version stamp"),
                "lastInvoked": maybe_time("Newest call"),
                "lastStatus": { "type": ["integer", "null"], "description": "Its status" },
                "invocationCount": count("Calls in its lifetime"),
                "errorRate": { "type": "number", "description": "Share of the calls of the last day that failed, 0 to 1" },
                "avgDuration": { "type": "number", "description": "Mean over the last day, in milliseconds" },
                "agent_tool": flag("Whether an agent runtime may offer it"),
                "agent_tool_description": maybe_text("What an agent is told of it"),
                "agent_tool_mode": text("`read_only` or `read_write`"),
                "agent_tool_exposed_to": text("`developer_only` or `end_user`"),
            })),
        ),
        (
            "Function",
            with_files(whole(json!({
                "id": uuid(),
                "name": function_name(),
                "description": maybe_text("What it is for"),
                "code": text("Source as deployed; of several files, that of the entry"),
                "triggers": list(reference("Trigger"), "Ordered by type"),
                "timeoutMs": count("Wall time of a call"),
                "memoryLimitMb": count("Memory of a call, in MiB"),
                "deployedAt": time("Its version stamp"),
                "lastInvoked": maybe_time("Newest call"),
                "invocationCount": count("Calls in its lifetime"),
                "errorCount": count("Of these, calls that failed"),
                "avgDuration": { "type": "number", "description": "Mean in its lifetime, in milliseconds" },
                "envKeys": texts("Names of its own variables; values are shown to nobody"),
                "agent_tool": flag("Whether an agent runtime may offer it"),
                "agent_tool_description": maybe_text("What an agent is told of it"),
                "agent_tool_mode": text("`read_only` or `read_write`"),
                "agent_tool_exposed_to": text("`developer_only` or `end_user`"),
            }))),
        ),
        (
            "LogPage",
            whole(json!({
                "logs": list(reference("LogEntry"), "Newest first"),
                "hasMore": flag("Whether there are older ones"),
                "nextCursor": maybe_text("Where they begin, for `before`; null when there are none"),
            })),
        ),
        ("FunctionMetrics", metrics()),
        (
            "LogEntry",
            whole(json!({
                "timestamp": time("When the call began"),
                "method": text("HTTP method"),
                "path": text("Without the query"),
                "statusCode": { "type": ["integer", "null"], "description": "Null when the caller was gone before there was one" },
                "duration": count("Until the response was complete, in milliseconds"),
                "memoryUsed": { "type": "number", "description": "Most memory, in MiB" },
                "error": maybe_text("`HTTP <status>` when the function answered 400 or more, else the exception"),
                "stack": maybe_text("Of the exception, in lines of the source"),
                "consoleLogs": list(reference("ConsoleLine"), "Oldest first"),
                "requestId": uuid(),
            })),
        ),
    ]
}

fn texts_by_path(about: &str) -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" }, "description": about })
}

/// With what only a function of several files, or with packages, has.
fn with_files(mut function: Value) -> Value {
    if let Some(properties) = function.get_mut("properties").and_then(Value::as_object_mut) {
        let files = texts_by_path("Texts by path, when several files were deployed");
        properties.insert("entry".into(), text("Which of the files exports the handler"));
        properties.insert("files".into(), files);
        properties.insert("packages".into(), texts("Packages in it, as `name@version`, when there are any"));
    }
    function
}

fn metrics() -> Value {
    let number = |about: &str| json!({ "type": "number", "description": about });
    let of_durations = |share: &str| json!({ "type": ["integer", "null"], "description": format!("What {share} of their durations are at most, in milliseconds") });
    whole(json!({
        "since": time("Calls that began later are in it"),
        "total": count("Calls"),
        "errors": count("Of these, calls that failed"),
        "errorRate": number("Their share, 0 to 1"),
        "avgDuration": number("Mean, in milliseconds"),
        "p50": of_durations("half"),
        "p95": of_durations("95 in a hundred"),
        "p99": of_durations("99 in a hundred"),
        "avgCpu": number("Mean CPU time, in milliseconds"),
        "avgMemory": number("Mean of their most memory, in MiB"),
        "lastInvoked": maybe_time("Newest call of its lifetime"),
        "lastStatus": { "type": ["integer", "null"], "description": "Its status" },
    }))
}

fn deploy() -> Value {
    let mut form = object(
        &["name"],
        json!({
            "name": function_name(),
            "code": {
                "type": "string", "minLength": 1, "maxLength": limits::MAX_SOURCE,
                "description": "One TypeScript or JavaScript module; this or `files`",
            },
            "files": texts_by_path("Several files, by relative path; see docs/modules.md"),
            "entry": text("The file of `files` that exports the handler; `index.ts` or `<name>.ts` unless said"),
            "description": { "type": "string", "maxLength": limits::MAX_DESCRIPTION, "description": "What it is for" },
            "envVars": {
                "type": "object",
                "maxProperties": limits::MAX_ENV_VARS,
                "propertyNames": variable_name(),
                "additionalProperties": { "type": "string" },
                "description": "Replaces all variables of the function",
            },
            "timeoutMs": {
                "type": "integer", "minimum": 1, "maximum": limits::MAX_TIMEOUT_MS,
                "description": format!("Wall time of a call; {} the first time", limits::DEFAULT_TIMEOUT_MS),
            },
            "memoryLimitMb": {
                "type": "integer", "minimum": limits::MIN_MEMORY_MB, "maximum": limits::MAX_MEMORY_MB,
                "description": format!("Memory of a call, in MiB; {} the first time", limits::DEFAULT_MEMORY_MB),
            },
            "triggers": {
                "type": "array", "minItems": 1, "items": reference("SentTrigger"),
                "description": "Replaces all triggers; at most one of each type. The first time http, for signed-in users",
            },
            "trigger": {
                "anyOf": [reference("SentTrigger")],
                "description": "The older form: one trigger, where `triggers` is not there",
            },
            "allow_service_key_impersonation": flag("Whether keys of the app may call it for a user; true the first time"),
            "agent_tool": flag(TOOL),
            "agent_tool_description": { "type": "string", "maxLength": 500, "description": TOOL },
            "agent_tool_mode": word(&["read_only", "read_write"], TOOL),
            "agent_tool_exposed_to": word(&["developer_only", "end_user"], TOOL),
        }),
    );
    if let Some(fields) = form.as_object_mut() {
        fields.insert("oneOf".into(), json!([{ "required": ["code"] }, { "required": ["files"] }]));
    }
    form
}
