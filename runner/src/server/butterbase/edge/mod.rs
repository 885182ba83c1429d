//! `ANY /v1/{app}/fn/{name}`: the public call (Butterbase §4). The hot path: no query, no lock, no router.

pub mod caller;
pub mod failure;
pub mod headers;
pub mod peers;
pub mod respond;

use crate::ops::call::{CallFailure, Incoming as Arriving, Received};
use crate::rate_limits::Standing;
use crate::registry::{Found, FunctionEntry};
use crate::server::auth::Trace;
use crate::server::body::{ResponseBody, content};
use crate::server::error::ApiError;
use crate::server::front::Meta;
use crate::server::rate;
use crate::server::state::AppState;
use bytes::Bytes;
use caller::Identity;
use failure::Audience;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use peers::Peers;
use ramekin_host_api::CallerType;
use ramekin_host_api::ports::Content;
use ramekin_model::{Acted, Actor, AuthMode, By, ErrorCode, Pause, TriggerType, limits};
use serde_json::json;
use std::sync::Arc;

/// Seconds after which a paused app may be tried again (Butterbase §2.2).
const PAUSED_RETRY: u32 = 60;

/// The route, as traces name it.
const ROUTE: &str = "/v1/{app}/fn/{name}";

/// App and function of a public path. Nothing follows the name, not even a slash.
pub fn route(path: &str) -> Option<(&str, &str)> {
    let (app, name) = path.strip_prefix("/v1/")?.split_once("/fn/")?;
    let one = |segment: &str| !segment.is_empty() && !segment.contains('/');
    (one(app) && one(name)).then_some((app, name))
}

/// Answers a public call, whichever way it has come.
pub async fn call<B>(state: &AppState, meta: Meta, request: Request<B>) -> Response<ResponseBody>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: std::fmt::Display,
{
    let method = request.method().clone();
    let version = request.version();
    let mut standing = None;
    let mut response = match forward(state, meta, request, &mut standing).await {
        Ok(Ok(reply)) => respond::reply(reply, &method, version),
        Ok(Err(failure)) => failure::response(failure, Audience::Public).map(ResponseBody::Bytes),
        Err(error) => failure::refusal(error).map(ResponseBody::Bytes),
    };
    if let Some(standing) = standing {
        rate::mark(standing, response.headers_mut());
    }
    response
}

/// Why a call was not made.
pub enum Refusal {
    /// In the envelope.
    Api(ApiError),
    /// The app has no such function, in the form that clients know.
    NoFunction,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

async fn forward<B>(
    state: &AppState,
    meta: Meta,
    request: Request<B>,
    standing: &mut Option<Standing>,
) -> Result<Result<crate::exec::Reply, CallFailure>, Refusal>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: std::fmt::Display,
{
    let platform = &*state.0;
    let Some((app, name)) = route(request.uri().path()) else { return Err(Refusal::NoFunction) };
    let (entry, auth) = find(state, app, name)?;
    match platform.limits.call(&entry.function.app_id) {
        Ok(counted) => *standing = counted,
        Err(refused) => {
            *standing = Some(refused.0);
            return Err(rate::too_often(refused, "calls of functions of the app").into());
        }
    }
    let identity = caller::identify(&platform.keys, request.headers(), &entry).await?;
    if caller::is_refused(auth, &identity) {
        return Err(ApiError::new(ErrorCode::AuthRequired, "the function asks for a signed-in user").into());
    }
    let arriving = arriving(state, meta, request, &entry, identity).await?;
    Ok(platform.calls.call(&entry, arriving).await)
}

/// A function that can be called here, and whom it asks for.
fn find(state: &AppState, app: &str, name: &str) -> Result<(Arc<FunctionEntry>, AuthMode), Refusal> {
    let entry = match state.0.registry().find(app, name) {
        Found::NoApp => return Err(ApiError::not_found("App").into()),
        Found::Paused(pause) => return Err(paused(&pause).into()),
        Found::NoFunction => return Err(Refusal::NoFunction),
        Found::Function(entry) => entry,
    };
    // A function that something else starts is not there for the public.
    let auth = entry.http_auth.ok_or_else(|| ApiError::not_found("Function"))?;
    Ok((entry, auth))
}

/// The refusal of a call to an app that is paused (Butterbase §2.2).
fn paused(pause: &Pause) -> ApiError {
    let error = ApiError::new(ErrorCode::AppPaused, "the app is paused by its owner");
    error.with_details(json!({ "paused_reason": pause.reason })).retry_after(PAUSED_RETRY)
}

/// Whose key acts for the user of a call.
fn acted(identity: &Identity, entry: &FunctionEntry, trace: impl FnOnce() -> Trace) -> Option<Box<Acted>> {
    let acts = identity.caller.kind == CallerType::ServiceKey && identity.user.is_some();
    let key = identity.caller.key_id.filter(|_| acts)?;
    let by: By = trace().of(Actor::ApiKey(key), entry.app.owner_id);
    Some(Box::new(Acted { by, function: entry.function.name.clone() }))
}

async fn arriving<B>(
    state: &AppState,
    meta: Meta,
    request: Request<B>,
    entry: &FunctionEntry,
    identity: Identity,
) -> Result<Arriving, ApiError>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: std::fmt::Display,
{
    let url = public_url(state, &request);
    let (head, body) = request.into_parts();
    let acted = acted(&identity, entry, || Trace::new(Some(&meta), &head.headers));
    let received = Arc::<Received>::default();
    let no_body = matches!(head.method, Method::GET | Method::HEAD);
    let length = body.size_hint().exact();
    let body = if no_body { Content::Empty } else { content(body, limits::MAX_REQUEST_BODY, &received).await? };
    let length = if matches!(body, Content::Empty) { None } else { length };
    let client_ip = Some(meta.peer.ip().to_canonical());
    let via = state.0.calls.via(ROUTE, &head.headers);
    Ok(Arriving {
        id: meta.id,
        method: head.method.as_str().to_owned(),
        url,
        path: head.uri.path().to_owned(),
        headers: headers::forwarded(&head.headers, &entry.app.id, &identity, length),
        body,
        received,
        client_ip,
        peers: Peers::of(state, entry, identity.user.clone(), client_ip),
        user: identity.user,
        caller: identity.caller,
        trigger: TriggerType::Http,
        acted,
        via,
    })
}

/// The address that the client called, which is `req.url`.
fn public_url<B>(state: &AppState, request: &Request<B>) -> String {
    let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    if !state.0.public_url_fixed
        && let Some(host) = headers::host(request)
    {
        return format!("http://{host}{target}");
    }
    format!("{}{target}", state.0.public_url)
}

/// The refusal of a call to a function that is not there.
pub fn no_function() -> (StatusCode, serde_json::Value) {
    (StatusCode::NOT_FOUND, json!({ "error": "Function not found" }))
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn public_paths() {
        assert_eq!(route("/v1/app_x/fn/hello"), Some(("app_x", "hello")));
        assert_eq!(route("/v1/app_x/fn/fn"), Some(("app_x", "fn")));
        for other in [
            "/v1/app_x/fn/hello/",
            "/v1/app_x/fn/hello/more",
            "/v1/app_x/fn/",
            "/v1/app_x/fn",
            "/v1//fn/hello",
            "/v1/fn/hello",
            "/v1/a/b/fn/hello",
            "/v2/app_x/fn/hello",
            "v1/app_x/fn/hello",
            "",
            "*",
            "/v1/app_x/functions/fn/hello",
        ] {
            assert_eq!(route(other), None, "{other}");
        }
    }
}
