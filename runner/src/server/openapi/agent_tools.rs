//! What an agent runtime uses.

use super::Part;
use super::operation::{APP, Access, Errors, Operation, USER, count, flag, maybe_text, object, reference, uuid, word};
use serde_json::json;

const RUN: &str = "6f9b3a52-7d0c-4c1e-8e0b-2a4d5c6b7e8f";

/// This route.
pub fn part() -> Part {
    let asked = json!({
        "app_id": APP, "run_id": RUN, "function_name": "hello", "caller_kind": "end_user", "caller_user_id": USER,
        "args": { "name": "you" },
    });
    let form = object(
        &["app_id", "run_id", "function_name", "caller_kind", "args"],
        json!({
            "app_id": super::operation::app_id(),
            "run_id": uuid(),
            "function_name": super::operation::function_name(),
            "caller_kind": word(&["end_user", "function", "dashboard"], "For whom the agent works"),
            "caller_user_id": maybe_text("The user of the call, if there is one"),
            "args": { "type": "object", "description": "The content of the call, as it is written" },
        }),
    );
    let answer = object(
        &["ok"],
        json!({
            "ok": flag("Whether the function answered with a status below 400"),
            "status_code": count("Its status; none when there was no call"),
            "result": { "description": "What it answered: JSON, or else text" },
            "error": { "description": "What went wrong: the text of an exception, or what the function answered" },
        }),
    );
    let refused = json!({ "ok": false, "status_code": 404, "error": "Function not found" });
    Part {
        tag: "Agent runtimes",
        about: "Calls of functions as tools, by an agent runtime of the operator's own.",
        operations: vec![
            Operation::new("callTool", "post", "/internal/agent-tools/function-invoke", "Calls a function as a tool")
                .about(
                    "Takes the token that the operator has set as `RAMEKIN_INTERNAL_TOKEN`; until then nobody has it. The function is \
                     called by POST with `args` and `x-run-id`, for the user that is named, whatever its triggers say. Which functions \
                     are offered to whom is the agent runtime's affair.",
                )
                .access(Access::Internal)
                .errors(Errors::Plain)
                .body(reference("ToolCall"), asked)
                .answer(
                    200,
                    "The function answered.",
                    reference("ToolAnswer"),
                    json!({ "ok": true, "status_code": 200, "result": { "hello": "you" } }),
                )
                .answer(400, "It answered with an error, or could not be called.", reference("ToolAnswer"), refused)
                .answer(401, "The token is missing or another.", reference("PlainError"), json!({ "error": "unauthorized" })),
        ],
        schemas: vec![("ToolCall", form), ("ToolAnswer", answer)],
    }
}
