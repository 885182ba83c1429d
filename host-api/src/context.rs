//! `context`: who calls, and for which app. Made into JSON only when the function asks.

use crate::bindings::ramekin::function::context;
use crate::state::CallState;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// What `ctx` says of a call (Butterbase §5.3).
#[derive(Debug, Clone)]
pub struct CallContext {
    /// Name of the function.
    pub function: Arc<str>,
    /// Also the id of the log row and the header `x-request-id`.
    pub request_id: Uuid,
    /// Address of the peer, or of the client that a trusted proxy names.
    pub client_ip: Option<std::net::IpAddr>,
    /// Effective user of the call.
    pub user: Option<Arc<str>>,
    /// What kind of credential came with it.
    pub caller: Caller,
    /// The app.
    pub app: Arc<AppInfo>,
}

/// `ctx.caller`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// Kind of credential.
    #[serde(rename = "type")]
    pub kind: CallerType,
    /// Row id of the API key.
    pub key_id: Option<Uuid>,
    /// Its scope, as `app:<id>` or `*`.
    pub scope: Option<String>,
    /// Effective user.
    pub user_id: Option<Arc<str>>,
}

/// Kinds of credential (Butterbase §1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerType {
    /// An API key.
    ServiceKey,
    /// A signed-in user of the app.
    EndUserJwt,
    /// The platform itself.
    Loopback,
    /// None, or one that is not valid.
    Anonymous,
}

impl CallerType {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServiceKey => "service_key",
            Self::EndUserJwt => "end_user_jwt",
            Self::Loopback => "loopback",
            Self::Anonymous => "anonymous",
        }
    }
}

impl Caller {
    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self { kind: CallerType::Anonymous, key_id: None, scope: None, user_id: None }
    }
}

/// `ctx.app`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppInfo {
    /// App id.
    pub id: String,
    /// App name.
    pub name: String,
    /// Platform user who owns it.
    pub owner_id: Uuid,
    /// Its name in the domain of the server.
    pub subdomain: Option<String>,
    /// Its key for the public; opens nothing.
    pub anon_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    function_name: &'a str,
    request_id: Uuid,
    client_ip: Option<std::net::IpAddr>,
    country: Option<&'a str>,
    user: Option<User<'a>>,
    caller: &'a Caller,
    app: &'a AppInfo,
}

#[derive(Serialize)]
struct User<'a> {
    id: &'a str,
}

impl context::Host for CallState {
    fn current(&mut self) -> wasmtime::Result<String> {
        let context = &self.context;
        let shown = Shown {
            function_name: &context.function,
            request_id: context.request_id,
            client_ip: context.client_ip,
            country: None,
            user: context.user.as_deref().map(|id| User { id }),
            caller: &context.caller,
            app: &context.app,
        };
        serde_json::to_string(&shown).map_err(|error| wasmtime::Error::msg(error.to_string()))
    }
}
