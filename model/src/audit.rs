//! The audit log: who changed what of an app, and who acted for one of its users (Butterbase §3.7).

use crate::AppId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::net::IpAddr;
use uuid::Uuid;

/// What was done. Each kind has one name on the wire, one category, one action and one kind of thing that it is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditKind {
    /// A function was deployed.
    FunctionDeploy,
    /// Variables of a function were changed.
    FunctionEnvUpdate,
    /// Switches of a function were changed.
    FunctionSettingsUpdate,
    /// A function was deleted.
    FunctionDelete,
    /// A function was called by a key that acted for a user.
    FunctionInvoke,
    /// Variables of an app were changed.
    AppEnvUpdate,
    /// The origins that an app allows were changed.
    AppCorsUpdate,
    /// An app was paused or resumed.
    AppPausedUpdate,
    /// An app was made.
    AppCreate,
    /// An app was deleted, with everything it had but this log.
    AppDelete,
    /// The tables of an app were changed.
    SchemaApply,
    /// A table was secured: nobody sees its rows until a policy says so.
    RlsEnable,
    /// Rows of a table were made to belong to users.
    RlsIsolate,
    /// A table is secured no more, and its policies are gone.
    RlsDisable,
    /// A policy was made.
    RlsPolicyCreate,
    /// A policy was replaced.
    RlsPolicyUpdate,
    /// A policy was taken away.
    RlsPolicyDelete,
    /// A key of an app was made.
    ApiKeyCreate,
    /// A key of an app was revoked.
    ApiKeyRevoke,
}

impl AuditKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::FunctionDeploy,
        Self::FunctionEnvUpdate,
        Self::FunctionSettingsUpdate,
        Self::FunctionDelete,
        Self::FunctionInvoke,
        Self::AppEnvUpdate,
        Self::AppCorsUpdate,
        Self::AppPausedUpdate,
        Self::AppCreate,
        Self::AppDelete,
        Self::SchemaApply,
        Self::RlsEnable,
        Self::RlsIsolate,
        Self::RlsDisable,
        Self::RlsPolicyCreate,
        Self::RlsPolicyUpdate,
        Self::RlsPolicyDelete,
        Self::ApiKeyCreate,
        Self::ApiKeyRevoke,
    ];

    /// `event_type`.
    pub fn event_type(self) -> &'static str {
        match self {
            Self::FunctionDeploy => "function.deploy",
            Self::FunctionEnvUpdate => "function.env.update",
            Self::FunctionSettingsUpdate => "function.settings.update",
            Self::FunctionDelete => "function.delete",
            Self::FunctionInvoke => "function.invoke",
            Self::AppEnvUpdate => "app.env.update",
            Self::AppCorsUpdate => "app.config.cors",
            Self::AppPausedUpdate => "app.config.paused",
            Self::AppCreate => "app.create",
            Self::AppDelete => "app.delete",
            Self::SchemaApply => "schema.apply",
            Self::RlsEnable => "rls.enable",
            Self::RlsIsolate => "rls.isolate",
            Self::RlsDisable => "rls.disable",
            Self::RlsPolicyCreate => "rls.policy.create",
            Self::RlsPolicyUpdate => "rls.policy.update",
            Self::RlsPolicyDelete => "rls.policy.delete",
            Self::ApiKeyCreate => "api_key.create",
            Self::ApiKeyRevoke => "api_key.revoke",
        }
    }

    /// `category`: `admin` for what owners do, `function` for calls.
    pub fn category(self) -> &'static str {
        match self {
            Self::FunctionInvoke => "function",
            _ => "admin",
        }
    }

    /// `action`.
    pub fn action(self) -> &'static str {
        match self {
            Self::FunctionDeploy | Self::AppCreate | Self::ApiKeyCreate | Self::RlsPolicyCreate => "create",
            Self::FunctionDelete | Self::ApiKeyRevoke | Self::AppDelete | Self::RlsDisable | Self::RlsPolicyDelete => {
                "delete"
            }
            Self::FunctionInvoke => "invoke",
            Self::FunctionEnvUpdate
            | Self::FunctionSettingsUpdate
            | Self::AppEnvUpdate
            | Self::AppCorsUpdate
            | Self::AppPausedUpdate
            | Self::SchemaApply
            | Self::RlsEnable
            | Self::RlsIsolate
            | Self::RlsPolicyUpdate => "update",
        }
    }

    /// `resource_type`.
    pub fn resource_type(self) -> &'static str {
        match self {
            Self::FunctionDeploy
            | Self::FunctionEnvUpdate
            | Self::FunctionSettingsUpdate
            | Self::FunctionDelete
            | Self::FunctionInvoke => "function",
            Self::AppEnvUpdate | Self::AppCreate | Self::AppDelete => "app",
            Self::SchemaApply => "schema",
            Self::RlsEnable | Self::RlsIsolate | Self::RlsDisable => "table",
            Self::RlsPolicyCreate | Self::RlsPolicyUpdate | Self::RlsPolicyDelete => "policy",
            Self::AppCorsUpdate | Self::AppPausedUpdate => "app_config",
            Self::ApiKeyCreate | Self::ApiKeyRevoke => "api_key",
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An API key, by the id of its row.
    ApiKey(Uuid),
    /// The owner of the installation, on the machine itself.
    PlatformUser(Uuid),
}

impl Actor {
    /// `actor_type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ApiKey(_) => "api_key",
            Self::PlatformUser(_) => "platform_user",
        }
    }

    /// `actor_id`.
    pub fn id(&self) -> Uuid {
        match self {
            Self::ApiKey(id) | Self::PlatformUser(id) => *id,
        }
    }
}

/// Who did something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// The user of the platform that the actor stands for.
    pub user_id: Uuid,
    /// Address of the peer.
    pub ip: Option<IpAddr>,
    /// As the client calls itself, at most [`crate::limits::MAX_USER_AGENT`] characters.
    pub user_agent: Option<String>,
    /// The request that it was done with.
    pub request: Option<Uuid>,
}

impl By {
    /// The owner of the installation, on the machine itself.
    pub fn owner(user_id: Uuid) -> Self {
        Self { actor: Actor::PlatformUser(user_id), user_id, ip: None, user_agent: None, request: None }
    }
}

/// An event to write. It succeeded: what fails changes nothing, and is not written down.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvent {
    /// What was done.
    pub kind: AuditKind,
    /// To which: the name of a function, table or policy, the id of an app or key, the part of a configuration.
    pub resource_id: String,
    /// By whom.
    pub by: By,
    /// What else there is to know. Never the value of a variable.
    pub data: Map<String, Value>,
}

impl AuditEvent {
    /// An event; `data` is an object, and anything else counts as an empty one.
    pub fn new(kind: AuditKind, resource_id: impl Into<String>, by: By, data: Value) -> Self {
        let data = if let Value::Object(data) = data { data } else { Map::new() };
        Self { kind, resource_id: resource_id.into(), by, data }
    }
}

/// An event as it is read: also one of a newer release, whose kinds are not known here.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Row id.
    pub id: Uuid,
    /// The app that it is about.
    pub app_id: AppId,
    /// See [`AuditKind::category`].
    pub category: String,
    /// See [`AuditKind::event_type`].
    pub event_type: String,
    /// See [`AuditKind::action`].
    pub action: String,
    /// See [`AuditKind::resource_type`].
    pub resource_type: String,
    /// See [`AuditEvent::resource_id`].
    pub resource_id: String,
    /// See [`Actor::kind`].
    pub actor_type: String,
    /// See [`Actor::id`].
    pub actor_id: String,
    /// See [`AuditEvent::data`].
    pub data: Map<String, Value>,
    /// See [`By::ip`].
    pub ip: Option<String>,
    /// See [`By::user_agent`].
    pub user_agent: Option<String>,
    /// See [`By::request`].
    pub request: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::AuditKind;
    use std::collections::BTreeSet;

    #[test]
    fn each_kind_has_a_name_of_its_own() {
        let names: BTreeSet<_> = AuditKind::ALL.iter().map(|kind| kind.event_type()).collect();
        assert_eq!(names.len(), AuditKind::ALL.len());
        // Butterbase §3.7.
        for name in [
            "function.deploy",
            "function.env.update",
            "function.settings.update",
            "function.delete",
            "app.env.update",
            "function.invoke",
        ] {
            assert!(names.contains(name), "{name}");
        }
    }
}
