//! `web-socket`: outbound WebSockets through the port [`crate::ports::Fetch`]. Opening one is an outbound request, an open one
//! counts as a response that is not read to its end, and what waits of its messages counts as what waits of bodies.

use crate::Host;
use crate::bindings::ramekin::function::fetch::Error;
use crate::bindings::ramekin::function::web_socket::{self, Closure, Message, Received, Request};
use crate::fetch::Peer;
use crate::fields;
use crate::ports::{FetchError, SocketEvent, SocketMessage, SocketRequest, WebSocket};
use crate::state::CallState;
use std::sync::Arc;
use wasmtime::component::{Accessor, Resource};

/// A connection, and its part of what the call may have.
pub struct Socket {
    open: Arc<dyn WebSocket>,
    peer: Arc<Peer>,
}

impl web_socket::Host for CallState {}

impl web_socket::HostSocket for CallState {
    fn protocol(&mut self, socket: Resource<Socket>) -> wasmtime::Result<String> {
        Ok(self.table.get(&socket)?.open.protocol().to_owned())
    }

    fn drop(&mut self, socket: Resource<Socket>) -> wasmtime::Result<()> {
        self.table.delete(socket)?;
        Ok(())
    }
}

impl<T: Send> web_socket::HostSocketWithStore<T> for Host {
    async fn open(accessor: &Accessor<T, Self>, request: Request) -> wasmtime::Result<Result<Resource<Socket>, Error>> {
        let Request { url, protocols, headers } = request;
        let bytes = url.len() + headers.len() + protocols.iter().map(String::len).sum::<usize>();
        let (peer, client, app) = accessor.with(|mut access| {
            let state = access.get();
            (state.fetches.peer(bytes), state.fetches.client(), Arc::clone(&state.context.app))
        });
        let mut peer = match peer.await {
            Ok(peer) => peer,
            Err(error) => return Ok(Err(error)),
        };
        let headers = match fields::decode(&headers) {
            Ok(headers) => headers,
            Err(error) => return Ok(Err(Error::Invalid(error.to_string()))),
        };
        let request = SocketRequest { app, url, protocols, headers, memory: peer.memory() };
        let open = match client.open(request).await {
            Ok(open) => open,
            Err(FetchError::Invalid(text)) => return Ok(Err(Error::Invalid(text))),
            Err(FetchError::Denied(text)) => return Ok(Err(Error::Denied(text))),
            Err(FetchError::Network(text)) => return Ok(Err(Error::Network(text))),
        };
        peer.answered();
        let socket = Socket { open, peer: Arc::new(peer) };
        accessor.with(|mut access| Ok(Ok(access.get().table.push(socket)?)))
    }

    async fn receive(accessor: &Accessor<T, Self>, socket: Resource<Socket>) -> wasmtime::Result<Received> {
        let (open, _) = opened(accessor, &socket)?;
        Ok(match open.receive().await {
            SocketEvent::Message(SocketMessage::Text(text)) => Received::Message(Message::Text(text)),
            SocketEvent::Message(SocketMessage::Binary(bytes)) => Received::Message(Message::Binary(bytes.into())),
            SocketEvent::Closed { clean, code, reason } => Received::Closed(Closure { clean, code, reason }),
            SocketEvent::Failed(text) => Received::Failed(text),
        })
    }

    async fn send(
        accessor: &Accessor<T, Self>,
        socket: Resource<Socket>,
        message: Message,
    ) -> wasmtime::Result<Result<(), String>> {
        let (open, peer) = opened(accessor, &socket)?;
        let message = match message {
            Message::Text(text) => SocketMessage::Text(text),
            Message::Binary(bytes) => SocketMessage::Binary(bytes.into()),
        };
        let size = match &message {
            SocketMessage::Text(text) => text.len(),
            SocketMessage::Binary(bytes) => bytes.len(),
        };
        let Some(_memory) = peer.remember(size) else {
            return Ok(Err("the messages that wait hold more than the memory limit of the function".into()));
        };
        open.send(message).await;
        Ok(Ok(()))
    }

    async fn close(
        accessor: &Accessor<T, Self>,
        socket: Resource<Socket>,
        code: Option<u16>,
        reason: String,
    ) -> wasmtime::Result<()> {
        let (open, _) = opened(accessor, &socket)?;
        open.close(code, reason).await;
        Ok(())
    }
}

fn opened<T: Send>(
    accessor: &Accessor<T, Host>,
    socket: &Resource<Socket>,
) -> wasmtime::Result<(Arc<dyn WebSocket>, Arc<Peer>)> {
    accessor.with(|mut access| {
        let socket = access.get().table.get(socket)?;
        Ok((Arc::clone(&socket.open), Arc::clone(&socket.peer)))
    })
}
