//! Requests that a tool makes: to the routes of this server, without a connection, with the credential of whoever called the
//! tool. So a tool does what a route does, under its limits, and its caller can do no more with it than over HTTP.

use super::pretty::pretty;
use crate::server::butterbase::edge;
use crate::server::error::ApiError;
use crate::server::front::{Meta, within_limits};
use crate::server::state::AppState;
use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Version, header};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use ramekin_model::limits;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;
use tower_service::Service as _;
use uuid::Uuid;

/// Why a tool has failed, in the words that its caller gets.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// What it was given.
    #[error("Error: {0}")]
    Arguments(String),
    /// The server refused: the body of its answer.
    #[error("{0}")]
    Refused(String),
    /// It was done, and there is too much to tell.
    #[error(
        "Error: the answer is larger than {} bytes, which is the most that a tool hands over; ask for less (such as a \
         smaller `limit`), or send the request over HTTP",
        limits::MAX_TOOL_ANSWER
    )]
    TooLarge,
    /// The answer broke off.
    #[error("Error: the answer broke off: {0}")]
    Broken(String),
}

impl From<String> for ToolError {
    fn from(text: String) -> Self {
        Self::Arguments(text)
    }
}

impl From<ApiError> for ToolError {
    fn from(error: ApiError) -> Self {
        let (_, body, _) = error.into_parts();
        Self::Refused(pretty(&String::from_utf8_lossy(&body)))
    }
}

/// An answer, all of it.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its fields.
    pub headers: HeaderMap,
    /// Its content.
    pub body: Bytes,
}

impl Answer {
    /// As the tool's answer.
    ///
    /// # Errors
    /// When it is a refusal.
    pub fn shown(self) -> Result<String, ToolError> {
        let text = pretty(&String::from_utf8_lossy(&self.body));
        if self.status.is_success() { Ok(text) } else { Err(ToolError::Refused(text)) }
    }

    /// As JSON to take something from.
    ///
    /// # Errors
    /// When it is a refusal.
    pub fn json(self) -> Result<Value, ToolError> {
        if !self.status.is_success() {
            return self.shown().map(Value::String);
        }
        serde_json::from_slice(&self.body).map_err(|error| ToolError::Broken(error.to_string()))
    }
}

/// A tool's way to the routes.
pub struct Inside {
    /// The server.
    pub state: AppState,
    /// Its routes.
    pub router: Router,
    /// Fields of the request that called the tool.
    pub headers: HeaderMap,
    /// What else is known of it.
    pub meta: Meta,
}

impl Inside {
    /// Asks a route.
    ///
    /// # Errors
    /// When its answer is too large or breaks off.
    pub async fn ask(&self, method: Method, path: &str) -> Result<Answer, ToolError> {
        self.route(method, path, Bytes::new()).await
    }

    /// Sends JSON to a route.
    ///
    /// # Errors
    /// When its answer is too large or breaks off.
    pub async fn send(&self, method: Method, path: &str, body: &impl Serialize) -> Result<Answer, ToolError> {
        let body = serde_json::to_vec(body).map_err(|error| ToolError::Arguments(error.to_string()))?;
        self.route(method, path, body.into()).await
    }

    async fn route(&self, method: Method, path: &str, body: Bytes) -> Result<Answer, ToolError> {
        let mut request = self.request(method, path, body)?.map(axum::body::Body::new);
        request.extensions_mut().insert(self.meta());
        let Ok(response) = self.router.clone().call(request).await;
        whole(response).await
    }

    /// Calls a function as anybody calls it.
    ///
    /// # Errors
    /// When its answer is too large or breaks off.
    pub async fn call(&self, request: Request<Full<Bytes>>) -> Result<Answer, ToolError> {
        within_limits(&request)?;
        whole(edge::call(&self.state, self.meta(), request, None).await).await
    }

    /// A request with the caller's credential, to the host that the caller has called.
    ///
    /// # Errors
    /// When the path is none.
    pub fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, ToolError> {
        let request = Request::builder().method(method).uri(path).body(Full::new(body));
        let mut request = request.map_err(|error| ToolError::Arguments(format!("`{path}`: {error}")))?;
        // No connection has to be told anything.
        *request.version_mut() = Version::HTTP_2;
        for name in [header::AUTHORIZATION, header::HOST] {
            if let Some(value) = self.headers.get(&name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        Ok(request)
    }

    /// Each request has an id of its own: under it a call stands in the log.
    fn meta(&self) -> Meta {
        Meta { id: Uuid::now_v7(), ..self.meta }
    }
}

async fn whole<B>(response: http::Response<B>) -> Result<Answer, ToolError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = response.into_parts();
    let body = Limited::new(body, limits::MAX_TOOL_ANSWER).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { ToolError::TooLarge } else { ToolError::Broken(error.to_string()) }
    })?;
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
}

/// A text as one segment of a path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(byte.into());
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_segment() {
        assert_eq!(segment("my-function_1"), "my-function_1");
        assert_eq!(segment("../a?b=c#d é"), "..%2Fa%3Fb%3Dc%23d%20%C3%A9");
    }

    #[tokio::test]
    async fn answers_on_and_past_the_limit() {
        let sized = |size: usize| http::Response::new(Full::new(Bytes::from(vec![b'x'; size])));
        assert_eq!(whole(sized(limits::MAX_TOOL_ANSWER)).await.unwrap().body.len(), limits::MAX_TOOL_ANSWER);
        assert!(matches!(whole(sized(limits::MAX_TOOL_ANSWER + 1)).await, Err(ToolError::TooLarge)));
    }

    #[test]
    fn refusals_are_told_word_for_word() {
        let answer = |status| Answer { status, headers: HeaderMap::new(), body: Bytes::from_static(b"{\"a\":1}") };
        assert_eq!(answer(StatusCode::OK).shown().unwrap(), "{\n  \"a\": 1\n}");
        assert_eq!(answer(StatusCode::NOT_FOUND).shown().unwrap_err().to_string(), "{\n  \"a\": 1\n}");
        assert!(matches!(answer(StatusCode::NOT_FOUND).json(), Err(ToolError::Refused(_))));
    }
}
