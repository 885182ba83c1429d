//! The Model Context Protocol.

use super::Part;
use super::operation::{Access, Operation, count, object, reference, text};
use crate::server::mcp::tools;
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    let names: Vec<String> = tools::all().iter().map(|tool| format!("`{}`", tool.name)).collect();
    let about = format!(
        "One JSON-RPC message. `initialize`, `tools/list` and `tools/call` are the methods that matter; the tools are {}. A tool \
         does what a route does, with the caller's key and under the route's limits; its answer is one text of JSON, and \
          `isError` is true when it has failed. There are no sessions. Pages in browsers may use it that are of this machine, of \
          the server's own address, or of an origin that the operator allows. Without a valid key nothing is answered but 401, with \
          `WWW-Authenticate: Bearer`, whatever the message.",
        names.join(", ")
    );
    let asked = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": { "name": "invoke_function", "arguments": { "app_id": super::operation::APP, "function_name": "hello" } },
    });
    let answered = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "result": { "content": [{ "type": "text", "text": "{\n  \"status\": 200,\n  …\n}" }], "isError": false },
    });
    let bad = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32700, "message": "Parse error: …" } });
    let none = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32000, "message": "Method not allowed." } });
    let page = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32000, "message": "Forbidden: …" } });
    let of_pages = |operation: Operation| {
        operation.answer(403, "It comes from a page that may not.", reference("RpcAnswer"), page.clone())
    };
    Part {
        tag: "Agents",
        about: "The Model Context Protocol, by which agents deploy, call and look after functions: streamable HTTP.",
        operations: vec![
            of_pages(Operation::new("mcp", "post", "/mcp", "Answers an agent"))
                .about(about)
                .body(reference("RpcMessage"), asked)
                .answer(200, "The answer to a request.", reference("RpcAnswer"), answered)
                .empty(202, "A notification is taken.")
                .answer(400, "The body is no message.", reference("RpcAnswer"), bad.clone())
                .answer(
                    404,
                    "There is no such method, in newer versions of the protocol.",
                    reference("RpcAnswer"),
                    bad,
                ),
            of_pages(Operation::new("mcpEvents", "get", "/mcp", "There are no events but answers"))
                .access(Access::Public)
                .answer(405, "Always.", reference("RpcAnswer"), none),
            of_pages(Operation::new("mcpEnd", "delete", "/mcp", "There is no session to end"))
                .access(Access::Public)
                .empty(200, "Always."),
        ],
        schemas: schemas(),
    }
}

fn schemas() -> Vec<(&'static str, Value)> {
    let id = json!({ "type": ["string", "integer", "null"], "description": "That of the request" });
    let error = object(
        &["code", "message"],
        json!({ "code": count("Of JSON-RPC"), "message": text("What is wrong"), "data": {} }),
    );
    vec![
        (
            "RpcMessage",
            object(
                &["jsonrpc", "method"],
                json!({
                    "jsonrpc": { "type": "string", "enum": ["2.0"] },
                    "id": { "type": ["string", "integer"], "description": "Of a request; a notification has none" },
                    "method": text("Of the protocol"),
                    "params": { "type": ["object", "null"], "description": "What the method takes" },
                }),
            ),
        ),
        (
            "RpcAnswer",
            object(
                &["jsonrpc"],
                json!({ "jsonrpc": { "type": "string", "enum": ["2.0"] }, "id": id, "result": { "type": "object" }, "error": error }),
            ),
        ),
    ]
}
