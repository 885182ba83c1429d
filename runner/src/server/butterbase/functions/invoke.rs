//! `POST /v1/{app}/functions/{name}/invoke`: the owner's test call (Butterbase §2.8). Triggers and auth modes do not matter
//! here, and errors come with their stack.

use super::super::edge::caller::{Identity, as_user};
use super::super::edge::failure::{self, Audience};
use super::super::edge::peers::Peers;
use super::super::edge::{headers, no_function, respond};
use crate::ops::call::{Calls, Incoming, Received};
use crate::registry::Found;
use crate::server::auth::{OwnedFunction, Trace};
use crate::server::body::{ResponseBody, read};
use crate::server::error::ApiError;
use crate::server::front::Meta;
use crate::server::state::{AppState, PublicUrl};
use axum::extract::{Request, State};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version, header};
use ramekin_host_api::ports::Content;
use ramekin_host_api::{Caller, CallerType, fields};
use ramekin_model::{Acted, ErrorCode, TriggerType, limits};
use serde::de::IgnoredAny;
use std::sync::Arc;

/// The function's own answer, of which only status, content type and body are passed on.
pub async fn handler(
    State(state): State<AppState>,
    State(calls): State<Calls>,
    State(url): State<PublicUrl>,
    OwnedFunction { app, key, name }: OwnedFunction,
    request: Request,
) -> Result<Response<axum::body::Body>, ApiError> {
    // Also while the app is paused: its owner may want to see whether it works again.
    let entry = match state.0.registry().find_for_owner(app.id.as_str(), &name) {
        Found::Function(entry) => entry,
        Found::NoApp | Found::NoFunction | Found::Paused(_) => {
            let (status, body) = no_function();
            return Ok(super::super::json(status, &body));
        }
    };
    let meta = request.extensions().get::<Meta>().copied().unwrap_or_default();
    let version = request.version();
    let via = calls.via("/v1/{app}/functions/{name}/invoke", request.headers());
    let path = request.uri().path().to_owned();
    let named = as_user(request.headers())?;
    if named.is_some() && !entry.function.allow_impersonation {
        let text = "X-Butterbase-As-User: the function does not let keys act for users";
        return Err(ApiError::new(ErrorCode::ValidationInvalidSchema, text).with_status(StatusCode::FORBIDDEN));
    }
    let acted = named.is_some().then(|| {
        let by = Trace::new(Some(&meta), request.headers()).by(&key);
        Box::new(Acted { by, function: entry.function.name.clone() })
    });
    let identity = identity(named, key.user_id);
    let body = json_body(read(request.into_body(), limits::MAX_REQUEST_BODY).await?)?;
    let mut section = Vec::with_capacity(256);
    fields::encode_one(&mut section, "content-type", b"application/json");
    fields::encode_one(&mut section, "content-length", body.len().to_string().as_bytes());
    headers::platform(&mut section, app.id.as_str(), &identity);
    let client_ip = Some(meta.peer.ip().to_canonical());
    let received = Arc::<Received>::default();
    received.add(body.len());
    let incoming = Incoming {
        id: meta.id,
        method: Method::POST.as_str().to_owned(),
        url: url.of_function(app.id.as_str(), &entry.function.name),
        path,
        headers: section,
        received,
        body: Content::Bytes(body),
        client_ip,
        peers: Peers::of(&state, &entry, identity.user.clone(), client_ip),
        user: identity.user,
        caller: identity.caller,
        trigger: TriggerType::Http,
        acted,
        via,
    };
    let response = match calls.call(&entry, incoming).await {
        Ok(reply) => narrowed(respond::reply(reply, &Method::POST, version), version),
        Err(failure) => failure::response(failure, Audience::Owner).map(ResponseBody::Bytes),
    };
    Ok(response.map(axum::body::Body::new))
}

/// For whom the call is made: the user that the header names, else the owner as a user of the platform.
fn identity(user: Option<Arc<str>>, owner: uuid::Uuid) -> Identity {
    match user {
        Some(user) => {
            let caller =
                Caller { kind: CallerType::ServiceKey, key_id: None, scope: None, user_id: Some(Arc::clone(&user)) };
            Identity { caller, user: Some(user) }
        }
        None => {
            let user: Arc<str> = owner.to_string().into();
            let caller = Caller { user_id: Some(Arc::clone(&user)), ..Caller::anonymous() };
            Identity { caller, user: Some(user) }
        }
    }
}

/// The body as it came, when it is JSON; an empty object when there is none.
fn json_body(body: Bytes) -> Result<Bytes, ApiError> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    let bad = |error| ApiError::request(StatusCode::BAD_REQUEST, format!("the body is not valid JSON: {error}"));
    serde_json::from_slice::<IgnoredAny>(&body).map_err(bad)?;
    Ok(body)
}

fn narrowed(response: Response<ResponseBody>, version: Version) -> Response<ResponseBody> {
    let (mut head, body) = response.into_parts();
    let kind = head.headers.remove(header::CONTENT_TYPE).unwrap_or(HeaderValue::from_static("application/json"));
    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
    if respond::is_event_stream(&headers) {
        respond::event_stream(&mut headers, version);
    }
    head.headers = headers;
    Response::from_parts(head, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_passed_on_as_they_came() {
        let exact = Bytes::from_static(b"{ \"n\": 12345678901234567890123, \"n\": 1.50 }");
        assert_eq!(json_body(exact.clone()).unwrap(), exact);
        assert_eq!(json_body(Bytes::new()).unwrap(), "{}");
        for bad in ["{", "x", "{} {}"] {
            assert_eq!(json_body(bad.into()).unwrap_err().into_parts().0, 400, "{bad}");
        }
    }

    #[test]
    fn the_owner_is_a_user_here() {
        let owner = uuid::Uuid::nil();
        let own = identity(None, owner);
        assert_eq!((own.user.unwrap().as_ref(), own.caller.kind), (owner.to_string().as_str(), CallerType::Anonymous));
        let other = identity(Some("u1".into()), owner);
        assert_eq!(
            (other.user.as_deref(), other.caller.kind, other.caller.key_id),
            (Some("u1"), CallerType::ServiceKey, None)
        );
    }
}
