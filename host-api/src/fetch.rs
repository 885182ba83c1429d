//! `fetch`: outbound HTTP through the port [`crate::ports::Fetch`]. At most [`limits::MAX_FETCHES`] requests per call, of
//! which [`limits::MAX_PARALLEL_FETCHES`] run at once and further ones wait.

use crate::Host;
use crate::bindings::ramekin::function::fetch::{self, Error, RedirectMode, Request, Response};
use crate::bindings::ramekin::function::http;
use crate::ports::{FetchError, FetchRequest, Redirect};
use crate::state::CallState;
use crate::{body, fields};
use ramekin_model::limits;
use std::sync::Arc;
use wasmtime::component::Accessor;

impl http::Host for CallState {}

impl fetch::Host for CallState {}

impl<T: Send> fetch::HostWithStore<T> for Host {
    async fn send(accessor: &Accessor<T, Self>, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        let started = accessor.with(|mut access| {
            let state = access.get();
            state.fetches.start().map(|slots| (slots, Arc::clone(&state.fetches.client)))
        });
        let Some((slots, client)) = started else {
            return Ok(Err(Error::TooMany(format!("a call may make {} requests", limits::MAX_FETCHES))));
        };
        let Ok(headers) = fields::decode(&request.headers) else {
            return Ok(Err(Error::Invalid("a header cannot be sent".into())));
        };
        let Ok(method) = ::http::Method::from_bytes(request.method.as_bytes()) else {
            return Ok(Err(Error::Invalid(format!("the method `{}` cannot be sent", request.method))));
        };
        let body = accessor.with(|access| body::from_guest(access, request.body, ()))?;
        let redirect = match request.redirect {
            RedirectMode::Follow => Redirect::Follow,
            RedirectMode::Error => Redirect::Error,
            RedirectMode::Manual => Redirect::Manual,
        };
        // Only closing the semaphore fails, and nobody closes it.
        let _slot = slots.acquire_owned().await;
        let sent = client.send(FetchRequest { method, url: request.url, headers, body, redirect }).await;
        let response = match sent {
            Ok(response) => response,
            Err(FetchError::Invalid(text)) => return Ok(Err(Error::Invalid(text))),
            Err(FetchError::Denied(text)) => return Ok(Err(Error::Denied(text))),
            Err(FetchError::Network(text)) => return Ok(Err(Error::Network(text))),
        };
        let body = accessor.with(|access| body::into_guest(access, response.body))?;
        Ok(Ok(Response {
            status: response.status,
            url: response.url,
            redirected: response.redirected,
            headers: fields::encode(&response.headers),
            body,
        }))
    }
}
