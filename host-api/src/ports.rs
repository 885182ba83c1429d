//! What the imports need of the platform.

pub mod database;
mod web_socket;

pub use web_socket::{SocketEvent, SocketMessage, SocketRequest, WebSocket};

use crate::AppInfo;
use crate::body::Stream;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderMap;
use ramekin_model::ConsoleLine;
use std::sync::Arc;

/// Told of console lines as they are written. Must not block.
pub trait ConsoleListener: Send + Sync {
    /// One line.
    fn line(&self, line: &ConsoleLine);
}

/// Reads stacks.
pub trait StackReader: Send + Sync {
    /// The text with the stacks in it in positions of the source as deployed.
    fn read(&self, text: &str) -> String;
}

/// Sends outbound requests. Owns the egress policy: what it sends is allowed, whatever the function asked for.
pub trait Fetch: Send + Sync {
    /// Sends one request; returns when the head of the answer is there. Dropping the future drops the connection. A body
    /// of the answer that is a stream holds its connection until it ends or is dropped.
    fn send(&self, request: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>>;

    /// Opens a WebSocket; returns when its handshake is done. Dropping the future gives it up.
    fn open(&self, request: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>>;
}

/// What to do with a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirect {
    /// Go there.
    Follow,
    /// Fail.
    Error,
    /// Hand it to the function.
    Manual,
}

/// An outbound request.
pub struct FetchRequest {
    /// Whose request it is: apps share no connection.
    pub app: Arc<AppInfo>,
    /// Method.
    pub method: http::Method,
    /// Absolute URL.
    pub url: String,
    /// Fields.
    pub headers: HeaderMap,
    /// Content.
    pub body: Content,
    /// What to do with a redirect.
    pub redirect: Redirect,
}

/// The answer to an outbound request.
pub struct FetchResponse {
    /// Status.
    pub status: u16,
    /// URL after redirects.
    pub url: String,
    /// Whether there were any.
    pub redirected: bool,
    /// Fields.
    pub headers: HeaderMap,
    /// Content.
    pub body: Content,
}

/// Calls the other functions of the app, for the user of the call that this belongs to.
pub trait Invoke: Send + Sync {
    /// Calls one; returns when the head of the answer is there. A refusal is an answer too. Dropping the future, or the body
    /// of the answer, cancels the call.
    fn invoke(&self, request: InvokeRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>>;
}

/// A call to another function.
pub struct InvokeRequest {
    /// Its name.
    pub function: String,
    /// Method.
    pub method: http::Method,
    /// Fields.
    pub headers: HeaderMap,
    /// Content, if there is any.
    pub content: Option<Bytes>,
}

/// Content of a message on the host's side.
pub enum Content {
    /// None.
    Empty,
    /// All of it.
    Bytes(Bytes),
    /// As it comes.
    Stream(Stream),
}

/// Why an outbound request failed. The texts are shown to the function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL or a header cannot be sent.
    #[error("{0}")]
    Invalid(String),
    /// The egress policy forbids it.
    #[error("{0}")]
    Denied(String),
    /// No connection, or it broke.
    #[error("{0}")]
    Network(String),
}
