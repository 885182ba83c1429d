//! The API as an OpenAPI 3.1 document: at `GET /openapi.json`, by `ramekin openapi`, and as `docs/api.md`. Each file here
//! describes the routes of one kind; limits, codes and names come from where they are decided. A test holds the list of
//! routes against what is described, and every example against its schema.

mod agent_tools;
mod apps;
mod call;
mod config;
mod env;
mod functions;
mod health;
mod keys;
pub mod markdown;
mod mcp;
mod operation;
mod rls;
mod schema;
mod users;

use super::error::JSON;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header;
use operation::{Operation, list, object, text, word};
use ramekin_model::{ErrorCode, limits};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// Routes of one kind.
struct Part {
    tag: &'static str,
    about: &'static str,
    operations: Vec<Operation>,
    schemas: Vec<(&'static str, Value)>,
}

fn parts() -> Vec<Part> {
    vec![
        call::part(),
        functions::part(),
        env::part(),
        apps::part(),
        config::part(),
        keys::part(),
        schema::part(),
        rls::part(),
        users::part(),
        mcp::part(),
        agent_tools::part(),
        health::part(),
    ]
}

const ABOUT: &str = "\
Serverless TypeScript functions on your own machine.

Management routes take an API key: `Authorization: Bearer bb_sk_…`. A key of the account opens every app of its owner, a key of \
one app opens this app. Public calls, `/v1/{app}/fn/{name}`, take whoever the function's `auth` lets in.

An error is `{\"error\": {code, message, remediation}}`; `docs/errors/` has a page for each code. Times are ISO 8601 in UTC with \
milliseconds. Members of a body that are not known are ignored, but those of a column. No text may hold a NUL character. A path \
that leads nowhere answers 404, whatever the method. A management call that says `content-type: application/json` and sends \
nothing is refused, also where no content is needed.

Where the operator limits how often an app is asked for something in a minute, answers have `x-ratelimit-limit`, \
`x-ratelimit-remaining` and `x-ratelimit-reset`, in seconds.";

/// `GET /openapi.json`: this document.
pub async fn handler() -> Response {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_string().into());
    ([(header::CONTENT_TYPE, JSON)], text.clone()).into_response()
}

/// The document.
pub fn document() -> Value {
    let mut paths = Map::<String, Value>::new();
    let mut schemas = Map::<String, Value>::new();
    let mut tags = Vec::new();
    for part in parts() {
        tags.push(json!({ "name": part.tag, "description": part.about }));
        for operation in part.operations {
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            let method = operation.method;
            if let Some(methods) = path.as_object_mut() {
                methods.insert(method.into(), operation.describe(part.tag));
            }
        }
        schemas.extend(part.schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    }
    schemas.extend(errors().map(|(name, schema)| (name.to_owned(), schema)));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ramekin",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A self-hosted runner for serverless TypeScript functions",
            "description": ABOUT,
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        // Where the document was fetched from.
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals(),
            "securitySchemes": {
                "apiKey": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "bb_sk_ and 40 characters of hex",
                    "description": "An API key, of the account or of one app",
                },
                "internalToken": {
                    "type": "apiKey", "in": "header", "name": "x-internal-service-token",
                    "description": "The token that the operator has set as `RAMEKIN_INTERNAL_TOKEN`",
                },
                "userToken": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "The access token of a signed-in user of the app",
                },
            },
        },
    })
}

fn errors() -> [(&'static str, Value); 4] {
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    let error = object(
        &["code", "message", "remediation"],
        json!({
            "code": word(&codes, "For programs; `docs/errors/` has a page for each"),
            "message": text("What is wrong, and where"),
            "remediation": text("What to do"),
            "details": { "description": "What a program can use, such as lines of the code" },
        }),
    );
    let issue = object(&["path", "message"], json!({ "path": text("Field"), "message": text("What is wrong") }));
    let plain = object(
        &["error"],
        json!({ "error": text("What is wrong"), "details": list(issue, "Everything that is wrong, by field") }),
    );
    let thrown = object(
        &["error"],
        json!({
            "error": text("A code, or the text of the exception"),
            "message": text("More about it"),
            "stack": text("Of the exception, in lines of the source; for the owner only"),
            "duration_ms": operation::count("How long the call took"),
            "activeWorkers": operation::count("Calls that run"),
            "maxWorkers": operation::count("The most that may"),
        }),
    );
    [
        ("Error", object(&["error"], json!({ "error": error }))),
        ("PlainError", plain),
        ("CallError", thrown),
        ("AnyCallError", json!({ "anyOf": [operation::reference("Error"), operation::reference("CallError")] })),
    ]
}

/// Answers by which routes refuse, by status, in both forms.
fn refusals() -> Map<String, Value> {
    use ErrorCode as Code;
    let refusals: [(u16, &str, Code); 14] = [
        (400, "The request is not what the route takes; the message names the field.", Code::ValidationInvalidSchema),
        (401, "There is no valid credential.", Code::AuthInvalidApiKey),
        (403, "The credential is valid and may not do this.", Code::AuthInsufficientPermissions),
        (404, "It is not there, or not the caller's.", Code::ResourceNotFound),
        (408, "The body did not arrive in time.", Code::RequestError),
        (409, "It cannot be done in the present state.", Code::AppProvisioning),
        (412, "What is to be changed is of another version.", Code::PreconditionFailed),
        (413, "The body is too large.", Code::RequestError),
        (414, "Path and query are too long.", Code::RequestError),
        (422, "The `Idempotency-Key` was sent before, with another body.", Code::IdempotencyKeyReused),
        (429, "Too much at once, or too often; `retry-after` says when to try again.", Code::RequestError),
        (431, "The header fields are too many or too large.", Code::RequestError),
        (500, "The server failed; its log says why.", Code::InternalError),
        (503, "The database is not reachable; `retry-after` says when to try again.", Code::ExternalDbError),
    ];
    let mut all = Map::new();
    for (status, about, code) in refusals {
        let message = match status {
            408 => "the body did not arrive in time".to_owned(),
            413 => format!("the body is larger than {} bytes", limits::MAX_MANAGEMENT_BODY),
            414 => format!("the path and query are longer than {} bytes", limits::MAX_URL),
            431 => format!("more than {} header fields or {} bytes", limits::MAX_HEADERS, limits::MAX_HEADER_BYTES),
            _ => "what is wrong".to_owned(),
        };
        let error = json!({ "code": code.as_str(), "message": message, "remediation": code.remediation() });
        for (form, schema, example) in
            [("", "Error", json!({ "error": error })), ("Plain", "PlainError", json!({ "error": message }))]
        {
            let content = json!({ "schema": operation::reference(schema), "example": example });
            let mut answer = json!({ "description": about, "content": { "application/json": content } });
            if let (429 | 503, Some(answer)) = (status, answer.as_object_mut()) {
                let seconds = json!({ "schema": { "type": "integer" }, "description": "Seconds" });
                answer.insert("headers".into(), json!({ "retry-after": seconds }));
            }
            all.insert(format!("{form}{status}"), answer);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{json_schema, mcp, router};
    use std::collections::{BTreeMap, BTreeSet};

    type Routes = BTreeSet<(String, String)>;

    fn described() -> Routes {
        let document = document();
        let paths = document["paths"].as_object().unwrap().iter();
        let routes = paths.flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())).collect::<Vec<_>>()
        });
        routes.collect()
    }

    #[test]
    fn every_route_is_described_and_there_is_no_other() {
        let owned = |(method, path): &(&str, &str)| ((*method).to_owned(), (*path).to_owned());
        let mut routes: Routes = router::ROUTES.iter().chain(mcp::ROUTES).map(owned).collect();
        assert_eq!(routes.len(), router::ROUTES.len() + mcp::ROUTES.len(), "a route is there twice");
        // The public call takes every method and passes the router by.
        routes.extend(call::METHODS.map(|(_, method)| (method.to_owned(), call::PATH.to_owned())));
        let described = described();
        let (missing, extra): (Vec<_>, Vec<_>) =
            (routes.difference(&described).collect(), described.difference(&routes).collect());
        assert!(missing.is_empty(), "not described: {missing:?}; add them in runner/src/server/openapi/");
        assert!(extra.is_empty(), "described, and not there: {extra:?}");
    }

    /// Calls `look` with every value of the document and its place.
    fn walk(path: &str, value: &Value, look: &mut impl FnMut(&str, &Value)) {
        look(path, value);
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| walk(&format!("{path}/{name}"), value, look));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(path, value, look)),
            _ => {}
        }
    }

    #[test]
    fn examples_are_as_their_schemas_say() {
        let document = document();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut seen = 0;
        walk("", &document, &mut |path, value| {
            if let (Some(schema), Some(example)) = (value.get("schema"), value.get("example")) {
                let found = json_schema::check(schema, example, schemas);
                assert!(found.is_empty(), "{path}: {found:?}");
                seen += 1;
            }
        });
        assert!(seen > 100, "only {seen} examples were found");
    }

    #[test]
    fn references_lead_somewhere_and_ids_are_unique() {
        let document = document();
        let (mut ids, mut links) = (BTreeMap::new(), Vec::new());
        walk("", &document, &mut |path, value| {
            if let Some(target) = value.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{path}: {target}");
            }
            match value.get("operationId").and_then(Value::as_str) {
                Some(id) if path.contains("/links/") => {
                    links.push((id.to_owned(), value["parameters"].clone()));
                }
                Some(id) => {
                    let given = value.get("parameters").and_then(Value::as_array).into_iter().flatten();
                    let names: BTreeSet<String> = given.map(|p| p["name"].as_str().unwrap().to_owned()).collect();
                    assert!(ids.insert(id.to_owned(), names).is_none(), "{id} is there twice");
                }
                None => {}
            }
        });
        for (id, parameters) in links {
            let names = ids.get(&id).unwrap_or_else(|| panic!("a link leads to {id}, which is not there"));
            assert!(parameters.as_object().unwrap().keys().all(|name| names.contains(name)), "{id}: {parameters}");
        }
        let text = document.to_string();
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("#/components/schemas/{name}\"")), "nothing uses the schema {name}");
        }
    }

    #[test]
    fn the_page_is_up_to_date() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md")).unwrap();
        assert!(page == markdown::page(&document()), "docs/api.md is stale: run `cargo xtask api-docs` and commit it");
    }
}
