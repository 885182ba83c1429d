//! How a session of an app's database is opened: where, as whom. One database per app, one login per app and role.

use crate::{AppId, Secret};
use std::path::PathBuf;

/// Whose rights SQL of an app has (Butterbase §1.10, §8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatabaseRole {
    /// A signed-in user of the app: row-level security applies.
    User,
    /// The app itself.
    Service,
    /// Nobody in particular: row-level security applies.
    Anon,
    /// Who owns the app's tables: never a function, only the management API.
    Owner,
}

impl DatabaseRole {
    /// The name in policies and grants: a role without login, of which the app's login is a member.
    pub fn group(self) -> Option<&'static str> {
        match self {
            Self::User => Some("butterbase_user"),
            Self::Service => Some("butterbase_service"),
            Self::Anon => Some("butterbase_anon"),
            Self::Owner => None,
        }
    }

    /// Every role.
    pub const ALL: [Self; 4] = [Self::User, Self::Service, Self::Anon, Self::Owner];

    /// What the login of an app in this role is called.
    pub fn login(self, app: &AppId) -> String {
        let role = match self {
            Self::User => "user",
            Self::Service => "service",
            Self::Anon => "anon",
            Self::Owner => "owner",
        };
        format!("{app}_{role}")
    }
}

/// Whether an app's database can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provisioning {
    /// Not yet: it has not been made, or is being made.
    Pending,
    /// It can.
    Ready,
    /// The last attempt failed; the next use tries again.
    Failed(String),
}

/// Where a Postgres listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseHost {
    /// In this folder, as a unix socket.
    Socket(PathBuf),
    /// Under this name or address.
    Tcp(String),
}

/// Whether the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseTls {
    /// Never.
    Off,
    /// If the server can.
    Prefer,
    /// Always; the certificate is not checked.
    Require,
    /// Always, with a certificate of a known authority for this host.
    Verify,
}

/// All that is needed to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseAccess {
    /// Where the server listens.
    pub host: DatabaseHost,
    /// Its port; for a socket it is part of the socket's name.
    pub port: u16,
    /// The app's database.
    pub database: String,
    /// The login of the app and role.
    pub login: String,
    /// Its password.
    pub password: Secret<String>,
    /// Encryption.
    pub tls: DatabaseTls,
}
