//! `ctx.invoke`: one function of an app calls another (Butterbase §5.9), without a connection. For the one that is called
//! it is a call by the platform for the same user, with limits and a record of its own.

use super::failure::{self, Audience};
use super::{Refusal, caller, find, headers, respond};
use crate::ops::call::{Incoming, Received};
use crate::registry::FunctionEntry;
use crate::server::body::too_large;
use crate::server::state::AppState;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use http::{Method, Response, Version};
use ramekin_host_api::AppInfo;
use ramekin_host_api::fields::encode_one;
use ramekin_host_api::ports::{Content, FetchError, FetchResponse, Invoke, InvokeRequest};
use ramekin_model::{TriggerType, limits};
use std::net::IpAddr;
use std::sync::Arc;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

/// The functions of an app, for one call of one of them.
#[derive(Clone)]
pub struct Peers {
    state: AppState,
    app: Arc<AppInfo>,
    /// The function that calls.
    source: Arc<str>,
    user: Option<Arc<str>>,
    client_ip: Option<IpAddr>,
    /// How many calls of functions by functions have led here.
    depth: u32,
}

impl Peers {
    /// Of a function that is called from outside.
    pub fn of(
        state: &AppState,
        entry: &FunctionEntry,
        user: Option<Arc<str>>,
        client_ip: Option<IpAddr>,
    ) -> Arc<dyn Invoke> {
        let (app, source) = (Arc::clone(&entry.app), Arc::clone(&entry.name));
        Arc::new(Self { state: state.clone(), app, source, user, client_ip, depth: 0 })
    }

    async fn call(self, request: InvokeRequest) -> FetchResponse {
        let InvokeRequest { function, method, headers, content } = request;
        let path = format!("/v1/{}/fn/{function}", self.app.id);
        let url = format!("{}{path}", self.state.0.public_url);
        let response = match self.answer(&function, &method, &path, &url, &headers, content).await {
            Ok(response) => response,
            Err(refusal) => failure::refusal(refusal).map(Content::Bytes),
        };
        let (head, body) = response.into_parts();
        FetchResponse { status: head.status.as_u16(), url, redirected: false, headers: head.headers, body }
    }

    async fn answer(
        &self,
        function: &str,
        method: &Method,
        path: &str,
        url: &str,
        said: &http::HeaderMap,
        content: Option<bytes::Bytes>,
    ) -> Result<Response<Content>, Refusal> {
        let (entry, _) = find(&self.state, &self.app.id, function)?;
        let identity = caller::loopback(self.user.clone(), &entry)?;
        let received = Arc::<Received>::default();
        let (length, body) = match content.filter(|content| !content.is_empty()) {
            None => (None, Content::Empty),
            Some(content) => {
                if content.len() > limits::MAX_REQUEST_BODY {
                    return Err(too_large(limits::MAX_REQUEST_BODY).into());
                }
                received.add(content.len());
                (Some(content.len() as u64), Content::Bytes(content))
            }
        };
        let depth = self.depth + 1;
        let mut section = headers::forwarded(said, &self.app.id, &identity, length);
        encode_one(&mut section, "x-butterbase-loop-depth", depth.to_string().as_bytes());
        encode_one(&mut section, "x-butterbase-caller-source-fn", self.source.as_bytes());
        let peers = Self { source: Arc::clone(&entry.name), depth, ..self.clone() };
        let incoming = Incoming {
            id: Uuid::now_v7(),
            method: method.as_str().to_owned(),
            url: url.to_owned(),
            path: path.to_owned(),
            headers: section,
            body,
            received,
            client_ip: self.client_ip,
            user: identity.user,
            caller: identity.caller,
            trigger: TriggerType::Http,
            peers: Arc::new(peers),
            // Whoever acts for the user has called the first function of the chain.
            acted: None,
            via: self.state.0.calls.via("", said),
        };
        Ok(match self.state.0.calls.call(&entry, incoming).await {
            // No connection has to be told anything.
            Ok(reply) => respond::content(reply, method, Version::HTTP_2),
            Err(failure) => failure::response(failure, Audience::Public).map(Content::Bytes),
        })
    }
}

impl Invoke for Peers {
    fn invoke(&self, request: InvokeRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
        if self.depth >= limits::MAX_INVOKE_DEPTH {
            let text = format!(
                "ctx.invoke loop limit exceeded: `{}` was called by a function {} times in a row, which is the most; functions \
                 that call each other need an end",
                self.source, self.depth
            );
            return ready(Err(FetchError::Denied(text))).boxed();
        }
        // A task of its own: the two calls do not wait for each other's CPU, nor share a stack.
        let call = AbortOnDropHandle::new(tokio::spawn(self.clone().call(request)));
        async move { call.await.map_err(|error| FetchError::Network(format!("the call was given up: {error}"))) }
            .boxed()
    }
}
