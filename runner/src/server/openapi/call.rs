//! The public call.

use super::Part;
use super::operation::{Access, Operation, reference};
use ramekin_model::{ErrorCode, limits};
use serde_json::{Value, json};

/// Its path.
pub const PATH: &str = "/v1/{app}/fn/{name}";
/// Ids and methods that are described; HEAD and OPTIONS reach the function too.
pub const METHODS: [(&str, &str); 5] =
    [("callGet", "get"), ("callPost", "post"), ("callPut", "put"), ("callPatch", "patch"), ("callDelete", "delete")];

const ABOUT: &str = "\
Method, query, header fields and content reach the function, and its answer comes back as it is; both may be streams. Who may \
call is up to `auth` of the function's http trigger: `required` takes a user's token, or a key of the app with \
`X-Butterbase-As-User`. A credential that is not valid makes an anonymous caller. Where the operator has set \
a base domain, `/fn/{name}` on the host of the app's subdomain is the same.";

/// Why there is no call at the moment.
pub const BUSY: &str = "Too many calls are running, or too many were asked for in a minute.";

/// This route.
pub fn part() -> Part {
    let operations = METHODS.map(|(id, method)| {
        let operation = Operation::new(id, method, PATH, "Calls a function")
            .about(ABOUT)
            .access(Access::Optional)
            .header("X-Butterbase-As-User", "Calls for this user; takes a key of the app");
        let operation = if method == "get" { operation } else { operation.any_body(&["application/json", "*/*"]) };
        operation
            .answer(
                401,
                "The function asks for a user.",
                reference("Error"),
                error(ErrorCode::AuthRequired, "the function asks for a signed-in user"),
            )
            .answer(403, "The caller may not act for a user here.", reference("Error"), refused())
            .answer(
                404,
                "There is no such app or function.",
                reference("AnyCallError"),
                json!({ "error": "Function not found" }),
            )
            .answer(429, BUSY, reference("AnyCallError"), busy())
            .answer(
                500,
                "The function threw, or ran out of memory.",
                reference("AnyCallError"),
                json!({ "error": "boom" }),
            )
            .answer(504, "The function did not answer in time.", reference("CallError"), late())
            .whatever("What the function answers.")
    });
    Part { tag: "Calls", about: "Calling functions.", operations: operations.into(), schemas: Vec::new() }
}

fn error(code: ErrorCode, message: &str) -> Value {
    json!({ "error": { "code": code.as_str(), "message": message, "remediation": code.remediation() } })
}

/// The function does not let keys act for users.
pub fn refused() -> Value {
    error(ErrorCode::AuthImpersonationDisabled, "the function does not let keys act for users")
}

/// Too many calls.
pub fn busy() -> Value {
    json!({ "error": "Concurrency limit reached", "activeWorkers": 64, "maxWorkers": 64 })
}

/// Too long.
pub fn late() -> Value {
    let ms = limits::DEFAULT_TIMEOUT_MS;
    json!({ "error": "function_timeout", "message": format!("Function execution timeout ({ms}ms)"), "duration_ms": ms })
}
