//! `/mcp`: the Model Context Protocol, by which agents deploy, call and look after functions (Butterbase §9.3). Streamable
//! HTTP without sessions: each message is answered by itself, by any server. Crate `rmcp` speaks the protocol and its
//! versions; [`tools`] are what can be done.

mod arguments;
mod inside;
mod origin;
mod pretty;
pub mod tools;

pub use pretty::pretty;

use super::auth::{authenticate, bearer};
use super::body::read;
use super::error::{ApiError, JSON, json_bytes};
use super::front::Meta;
use super::state::AppState;
use arguments::Arguments;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use http_body_util::Full;
use inside::{Inside, ToolError};
use ramekin_model::{ErrorCode, limits};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Method and path of every route here.
pub const ROUTES: &[(&str, &str)] = &[("get", "/mcp"), ("post", "/mcp"), ("delete", "/mcp")];

/// What clients know the server by.
const NAME: &str = "butterbase";
/// Of the tools, as clients know them.
const VERSION: &str = "0.1.0";
const INSTRUCTIONS: &str = "\
Serverless TypeScript functions. An app holds functions and has a PostgreSQL database of its own. Begin with manage_app \
(action \"list\") or init_app, then deploy_function, invoke_function, and manage_function (action \"get_logs\") to see what a \
call did. Tables: manage_schema, then manage_rls. Keys of an app are secrets: never put one into code that runs in a browser.";

/// Methods that there are.
const METHODS: [&str; 5] = ["initialize", "ping", "tools/list", "tools/call", "prompts/list"];

/// JSON-RPC: the text is no JSON.
const PARSE_ERROR: i32 = -32700;
/// JSON-RPC: the JSON is no message.
const INVALID_REQUEST: i32 = -32600;
/// JSON-RPC: an error of the server's own kind.
const SERVER_ERROR: i32 = -32000;

/// The routes, for tools that use those of `router`.
pub fn router(state: AppState, router: Router) -> Router {
    let tools = Tools { state: state.clone(), router };
    // Whose pages may come is decided by [`origin`], whatever name they have reached the server by.
    let config = StreamableHttpServerConfig::default().disable_allowed_hosts();
    let config = config.with_legacy_session_mode(false).with_json_response(true);
    let config = config.with_max_request_body_bytes(limits::MAX_MANAGEMENT_BODY);
    let service = StreamableHttpService::new(move || Ok(tools.clone()), Arc::<NeverSessionManager>::default(), config);
    let pages = axum::middleware::from_fn_with_state(state.clone(), origin::check);
    let methods = post(answer).get(no_events).delete(nothing_to_end).layer(pages);
    Router::new().route("/mcp", methods).with_state(Mcp { state, service })
}

#[derive(Clone)]
struct Mcp {
    state: AppState,
    service: StreamableHttpService<Tools, NeverSessionManager>,
}

/// The message as it was sent.
#[derive(Clone)]
struct Sent(Bytes);

/// `POST`: answers one message of whoever has a valid key. Everybody else is turned away before the protocol begins, by HTTP, as
/// its authorization asks for.
async fn answer(State(mcp): State<Mcp>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if bearer(&parts.headers).is_none() {
        let text = "send an API key as `Authorization: Bearer bb_sk_…`";
        return ApiError::new(ErrorCode::AuthRequired, text).into_response();
    }
    // Only a valid key has the server read anything.
    if let Err(error) = authenticate(&parts.headers, &mcp.state).await {
        return error.into_response();
    }
    let message = match read(body, limits::MAX_MANAGEMENT_BODY).await {
        Ok(message) => message,
        Err(error) => return error.into_response(),
    };
    if let Err((code, text)) = check(&message) {
        return refusal(StatusCode::BAD_REQUEST, code, &text);
    }
    // Answers are JSON and so are messages, whatever the client says of them.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    parts.headers.insert(header::CONTENT_TYPE, JSON);
    // HTTP/2 has the host elsewhere; tools call functions by it.
    if let (None, Some(host)) = (parts.headers.get(header::HOST), parts.uri.authority())
        && let Ok(host) = HeaderValue::from_str(host.as_str())
    {
        parts.headers.insert(header::HOST, host);
    }
    parts.extensions.insert(Sent(message.clone()));
    let response = mcp.service.handle(Request::from_parts(parts, Full::new(message))).await;
    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return refusal(StatusCode::BAD_REQUEST, INVALID_REQUEST, "Invalid Request: not a message that clients send");
    }
    response.map(axum::body::Body::new)
}

/// `GET`: there are no events but answers.
async fn no_events() -> Response {
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, SERVER_ERROR, "Method not allowed.");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, DELETE"));
    response
}

/// `DELETE`: there is no session that could be left over.
async fn nothing_to_end() -> StatusCode {
    StatusCode::OK
}

fn refusal(status: StatusCode, code: i32, text: &str) -> Response {
    let body = json!({ "jsonrpc": "2.0", "error": { "code": code, "message": text }, "id": null });
    (status, [(header::CONTENT_TYPE, JSON)], json_bytes(&body)).into_response()
}

/// Whether this is a message that a client sends.
fn check(message: &[u8]) -> Result<(), (i32, String)> {
    #[derive(Deserialize)]
    struct Message {
        jsonrpc: String,
        #[serde(rename = "method")]
        _method: String,
    }
    match serde_json::from_slice::<Message>(message) {
        Ok(message) if message.jsonrpc == "2.0" => Ok(()),
        Ok(_) => Err((INVALID_REQUEST, "Invalid Request: jsonrpc must be \"2.0\"".into())),
        Err(error) if error.is_data() => {
            Err((INVALID_REQUEST, format!("Invalid Request: one JSON-RPC request or notification is needed: {error}")))
        }
        Err(error) => Err((PARSE_ERROR, format!("Parse error: {error}"))),
    }
}

/// The server as the protocol sees it.
#[derive(Clone)]
struct Tools {
    state: AppState,
    router: Router,
}

impl Tools {
    async fn run(&self, tool: &tools::Tool, parts: &Parts) -> Result<String, ToolError> {
        let message = parts.extensions.get::<Sent>().map(|sent| sent.0.clone()).unwrap_or_default();
        let arguments = Arguments::read(&message, &tool.schema)
            .map_err(|found| ToolError::Arguments(format!("invalid arguments for {}: {found}", tool.name)))?;
        let inside = Inside {
            state: self.state.clone(),
            router: self.router.clone(),
            headers: parts.headers.clone(),
            meta: parts.extensions.get::<Meta>().copied().unwrap_or_default(),
        };
        tools::run(tool.name, &inside, &arguments).await
    }
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_prompts().build();
        let server = Implementation::new(NAME, VERSION).with_title("Ramekin");
        ServerConfig::new(capabilities).with_server_info(server).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all().iter().map(tools::Tool::listed).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let unknown = || ErrorData::invalid_params(format!("Unknown tool: {}", request.name), None);
        let tool = tools::all().iter().find(|tool| tool.name == request.name).ok_or_else(unknown)?;
        let parts = context.extensions.get::<Parts>().ok_or_else(|| ErrorData::internal_error("no request", None))?;
        let done = tokio::select! {
            done = self.run(tool, parts) => done,
            // Nobody waits for the answer any more.
            () = context.ct.cancelled() => Err(ToolError::Broken("the client is gone".into())),
        };
        let result = match done {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
        };
        Ok(result.into())
    }

    /// What is no request that the protocol knows: by its method, or by what it is sent with.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = request.method;
        Err(if METHODS.contains(&method.as_str()) {
            ErrorData::invalid_params(format!("Invalid params: they are not what {method} takes"), None)
        } else {
            ErrorData::new(rmcp::model::ErrorCode::METHOD_NOT_FOUND, format!("Method not found: {method}"), None)
        })
    }
}

/// A tool's input schema, closed: what is not in it is refused.
fn closed(properties: &Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        assert_eq!(check(br#"{"jsonrpc":"2.0","method":"ping","id":1}"#), Ok(()));
        assert_eq!(check(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), Ok(()));
        for (message, code) in [
            ("", PARSE_ERROR),
            ("{", PARSE_ERROR),
            ("nonsense", PARSE_ERROR),
            ("[]", INVALID_REQUEST),
            ("{}", INVALID_REQUEST),
            ("1", INVALID_REQUEST),
            (r#"{"jsonrpc":"1.0","method":"ping","id":1}"#, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","method":1,"id":1}"#, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","result":{},"id":1}"#, INVALID_REQUEST),
            (r#"[{"jsonrpc":"2.0","method":"ping","id":1}]"#, INVALID_REQUEST),
        ] {
            assert_eq!(check(message.as_bytes()).unwrap_err().0, code, "{message}");
        }
    }
}
