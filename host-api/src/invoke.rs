//! `invoke`: calls between the functions of an app, through the port [`crate::ports::Invoke`]. They count as outbound
//! requests, within the same bounds.

use crate::Host;
use crate::bindings::ramekin::function::fetch::{Error, Response};
use crate::bindings::ramekin::function::invoke::{self, Request};
use crate::body;
use crate::fields;
use crate::ports::{FetchError, InvokeRequest};
use crate::state::CallState;
use std::sync::Arc;
use wasmtime::component::Accessor;

impl invoke::Host for CallState {}

impl<T: Send> invoke::HostWithStore<T> for Host {
    async fn send(accessor: &Accessor<T, Self>, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        let Request { function, method, headers, content } = request;
        let bytes = function.len() + headers.len() + content.as_ref().map_or(0, Vec::len);
        let (peer, peers) = accessor.with(|mut access| {
            let state = access.get();
            (state.fetches.peer(bytes), Arc::clone(&state.peers))
        });
        let peer = match peer.await {
            Ok(peer) => peer,
            Err(error) => return Ok(Err(error)),
        };
        let headers = match fields::decode(&headers) {
            Ok(headers) => headers,
            Err(error) => return Ok(Err(Error::Invalid(error.to_string()))),
        };
        let Ok(method) = http::Method::from_bytes(method.as_bytes()) else {
            return Ok(Err(Error::Invalid(format!("the method `{method}` cannot be sent"))));
        };
        let request = InvokeRequest { function, method, headers, content: content.map(Into::into) };
        let response = match peers.invoke(request).await {
            Ok(response) => response,
            Err(FetchError::Invalid(text)) => return Ok(Err(Error::Invalid(text))),
            Err(FetchError::Denied(text)) => return Ok(Err(Error::Denied(text))),
            Err(FetchError::Network(text)) => return Ok(Err(Error::Network(text))),
        };
        let body = accessor.with(|access| body::into_guest(access, peer.received(response.body)))?;
        Ok(Ok(Response {
            status: response.status,
            url: response.url,
            redirected: false,
            headers: fields::encode(&response.headers),
            body,
        }))
    }
}
