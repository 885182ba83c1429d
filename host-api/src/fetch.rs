//! `fetch`: outbound HTTP through the port [`crate::ports::Fetch`], within what one call may have of it: requests in all
//! and at once, response bodies that are open, and memory for what waits on the host's side.

use crate::Host;
use crate::bindings::ramekin::function::fetch::{self, Error, RedirectMode, Request, Response};
use crate::bindings::ramekin::function::http;
use crate::body::{self, Holding};
use crate::fields;
use crate::ports::{Content, Fetch, FetchError, FetchRequest, Redirect};
use crate::state::CallState;
use bytes::Bytes;
use ramekin_model::limits;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use wasmtime::component::Accessor;

/// Outbound requests of one call.
pub struct Fetches {
    client: Arc<dyn Fetch>,
    memory: usize,
    made: u32,
    /// Made at first use.
    bounds: Option<Bounds>,
}

/// What the requests of one call share.
#[derive(Clone)]
struct Bounds {
    in_flight: Arc<Semaphore>,
    /// Requests in flight and response bodies that are open.
    open: Arc<Semaphore>,
    /// Bytes that wait on the host's side, where the sandbox's own cap does not see them.
    memory: Arc<Semaphore>,
}

/// Bytes that are counted until the last copy of them is gone.
struct Counted {
    bytes: Bytes,
    _memory: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Fetches {
    /// None made yet. What waits of them on the host's side takes at most `memory` bytes, the memory limit of the call.
    pub fn new(client: Arc<dyn Fetch>, memory: usize) -> Self {
        Self { client, memory, made: 0, bounds: None }
    }

    /// Counts one more.
    fn start(&mut self) -> Result<Bounds, Error> {
        if self.made >= limits::MAX_FETCHES {
            return Err(Error::TooMany(format!("a call may make {} requests", limits::MAX_FETCHES)));
        }
        self.made += 1;
        let permits = |count| Arc::new(Semaphore::new(count));
        let bounds = self.bounds.get_or_insert_with(|| Bounds {
            in_flight: permits(limits::MAX_PARALLEL_FETCHES),
            open: permits(limits::MAX_OPEN_BODIES),
            memory: permits(self.memory),
        });
        Ok(bounds.clone())
    }
}

impl Bounds {
    fn remember(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.memory).try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
    }

    /// Counts a request for as long as it waits here: its head until the permit is dropped, its content until that is.
    fn count(&self, head: usize, content: Content) -> Result<(OwnedSemaphorePermit, Content), Error> {
        let size = match &content {
            Content::Empty => 0,
            Content::Bytes(bytes) => bytes.len(),
            Content::Stream(_) => body::MAX_WAITING,
        };
        let (Some(head), Some(memory)) = (self.remember(head), self.remember(size)) else {
            let text = "the requests in flight hold more than the memory limit of the function: send fewer at once";
            return Err(Error::TooMany(text.into()));
        };
        let content = match content {
            Content::Empty => Content::Empty,
            Content::Bytes(bytes) => Content::Bytes(Bytes::from_owner(Counted { bytes, _memory: memory })),
            Content::Stream(stream) => Content::Stream(Holding::stream(stream, memory)),
        };
        Ok((head, content))
    }

    /// Waits until the request may be sent. The first permit is for as long as it is in flight, the second until the body
    /// of its response is no longer open.
    async fn turn(&self) -> Result<(Option<OwnedSemaphorePermit>, Option<OwnedSemaphorePermit>), Error> {
        // Only closing a semaphore fails, and nobody closes these.
        let in_flight = Arc::clone(&self.in_flight).acquire_owned().await.ok();
        // A function that reads its responses as they come needs to wait here; one that never does must not wait for ever.
        let patience = Duration::from_millis(limits::OPEN_BODIES_WAIT_MS.into());
        match timeout(patience, Arc::clone(&self.open).acquire_owned()).await {
            Ok(open) => Ok((in_flight, open.ok())),
            Err(_) => Err(Error::TooMany(format!(
                "{} responses of this call are awaited, or have a body that is neither read nor cancelled: read it, or \
                 cancel it with `response.body.cancel()`",
                limits::MAX_OPEN_BODIES
            ))),
        }
    }

    /// The body of a response for the sandbox.
    fn received(&self, content: Content, open: Option<OwnedSemaphorePermit>) -> Content {
        match content {
            Content::Empty => Content::Empty,
            Content::Stream(stream) => Content::Stream(Holding::stream(stream, open)),
            // Nothing is open for it; only its bytes wait here. A stream all the same, as an abort can break that off.
            Content::Bytes(bytes) => {
                let held = self.remember(bytes.len()).or(open);
                Content::Stream(Holding::stream(Box::pin(futures::stream::iter([Ok(bytes)])), held))
            }
        }
    }
}

/// What a call to another function of the app, or a WebSocket, goes through: it counts as an outbound request.
pub(crate) struct Peer {
    bounds: Bounds,
    /// Its head, and its part of what is in flight.
    underway: Option<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)>,
    open: Option<OwnedSemaphorePermit>,
}

impl Fetches {
    /// Counts a call whose request takes so many bytes; the future waits for its turn.
    pub(crate) fn peer(&mut self, bytes: usize) -> impl Future<Output = Result<Peer, Error>> + use<> {
        let counted = self.start().and_then(|bounds| Ok((bounds.count(bytes, Content::Empty)?.0, bounds)));
        async move {
            let (head, bounds) = counted?;
            let (in_flight, open) = bounds.turn().await?;
            Ok(Peer { bounds, underway: Some((head, in_flight)), open })
        }
    }

    /// What sends them.
    pub(crate) fn client(&self) -> Arc<dyn Fetch> {
        Arc::clone(&self.client)
    }
}

impl Peer {
    /// The body of the answer for the sandbox.
    pub(crate) fn received(self, content: Content) -> Content {
        self.bounds.received(content, self.open)
    }

    /// It is no longer in flight; what it has opened counts as long as this lives.
    pub(crate) fn answered(&mut self) {
        drop(self.underway.take());
    }

    /// Counts bytes that wait here, unless there is no room for them.
    pub(crate) fn remember(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.bounds.remember(bytes)
    }

    /// What such bytes are counted by.
    pub(crate) fn memory(&self) -> Arc<Semaphore> {
        Arc::clone(&self.bounds.memory)
    }
}

impl http::Host for CallState {}

impl fetch::Host for CallState {}

impl<T: Send> fetch::HostWithStore<T> for Host {
    async fn send(accessor: &Accessor<T, Self>, request: Request) -> wasmtime::Result<Result<Response, Error>> {
        let head = request.method.len() + request.url.len() + request.headers.len();
        // Before anything can fail: a stream that is taken and dropped tells its writer, one that is not taken does not.
        let content = accessor.with(|access| body::from_guest(access, request.body, ()))?;
        let (started, client, app) = accessor.with(|mut access| {
            let state = access.get();
            (state.fetches.start(), Arc::clone(&state.fetches.client), Arc::clone(&state.context.app))
        });
        let counted = started.and_then(|bounds| bounds.count(head, content).map(|counted| (bounds, counted)));
        let (bounds, (_head, body)) = match counted {
            Ok(counted) => counted,
            Err(error) => return Ok(Err(error)),
        };
        let headers = match fields::decode(&request.headers) {
            Ok(headers) => headers,
            Err(error) => return Ok(Err(Error::Invalid(error.to_string()))),
        };
        let Ok(method) = ::http::Method::from_bytes(request.method.as_bytes()) else {
            return Ok(Err(Error::Invalid(format!("the method `{}` cannot be sent", request.method))));
        };
        let redirect = match request.redirect {
            RedirectMode::Follow => Redirect::Follow,
            RedirectMode::Error => Redirect::Error,
            RedirectMode::Manual => Redirect::Manual,
        };
        let (_in_flight, open) = match bounds.turn().await {
            Ok(turn) => turn,
            Err(error) => return Ok(Err(error)),
        };
        let sent = client.send(FetchRequest { app, method, url: request.url, headers, body, redirect }).await;
        let response = match sent {
            Ok(response) => response,
            Err(FetchError::Invalid(text)) => return Ok(Err(Error::Invalid(text))),
            Err(FetchError::Denied(text)) => return Ok(Err(Error::Denied(text))),
            Err(FetchError::Network(text)) => return Ok(Err(Error::Network(text))),
        };
        let body = accessor.with(|access| body::into_guest(access, bounds.received(response.body, open)))?;
        Ok(Ok(Response {
            status: response.status,
            url: response.url,
            redirected: response.redirected,
            headers: fields::encode(&response.headers),
            body,
        }))
    }
}

#[cfg(test)]
mod tests;
