//! WebSockets on the host's side.

use crate::AppInfo;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A WebSocket to open.
pub struct SocketRequest {
    /// Whose it is.
    pub app: Arc<AppInfo>,
    /// Absolute URL, `ws:` or `wss:`.
    pub url: String,
    /// Subprotocols that are offered.
    pub protocols: Vec<String>,
    /// Further fields of the handshake.
    pub headers: HeaderMap,
    /// Bytes that may wait on the host's side: what comes in takes of them until it is asked for.
    pub memory: Arc<Semaphore>,
}

/// A message, in either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketMessage {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
}

/// What comes of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// A message.
    Message(SocketMessage),
    /// It is over.
    Closed {
        /// Both sides have said so.
        clean: bool,
        /// Code of the server, 1005 if it gave none, 1006 if it said nothing.
        code: u16,
        /// Its reason.
        reason: String,
    },
    /// It broke, or the server has not kept to the protocol or to a limit. The text is shown to the function.
    Failed(String),
}

/// An open WebSocket. Dropping the last handle closes it, with code 1001 unless a close was said before.
pub trait WebSocket: Send + Sync {
    /// The subprotocol that the server has chosen, or nothing.
    fn protocol(&self) -> &str;

    /// What comes next; after the end nothing is to be asked for. One at a time.
    fn receive(self: Arc<Self>) -> BoxFuture<'static, SocketEvent>;

    /// Sends a message; returns when the network has it, or it cannot have it any more. One at a time.
    fn send(self: Arc<Self>, message: SocketMessage) -> BoxFuture<'static, ()>;

    /// Says that this side closes: the end is received soon, whatever the server does.
    fn close(self: Arc<Self>, code: Option<u16>, reason: String) -> BoxFuture<'static, ()>;
}
