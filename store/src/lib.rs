//! The platform database: one file per noun, methods return the types of `ramekin-model`; the databases of apps, and
//! sessions of them for SQL of functions, in [`Sessions`]; and the PostgreSQL that is started when none is given, in
//! [`embedded`].
//!
//! Nothing here knows HTTP or the sandbox. No plain key and no plain environment ever reaches this crate; the one secret it
//! is given is what the passwords of apps' logins are derived from, see [`AppDatabases`].

mod app_databases;
mod app_users;
mod apps;
mod audit;
mod changes;
mod deploy_keys;
pub mod embedded;
mod error;
mod functions;
mod invocations;
mod keys;
mod pool;
mod sealed;
mod sessions;
mod settings;
#[cfg(test)]
mod testing;
mod users;

pub use app_databases::{
    AppDatabases, Described, DescribedColumn, DescribedIndex, ForeignKey, OwnerSession, Policy, Swept,
};
pub use app_users::{AppUsers, NewAppUser};
pub use apps::{AppCursor, Apps};
pub use audit::{Audit, AuditPage, AuditQuery, Prepared};
pub use changes::{Change, Changes};
pub use deploy_keys::{DeployKey, KnownDeploy};
pub use error::StoreError;
pub use functions::{Deleted, DeployTerms, Deployed, Functions, Kept, NotDeployed};
pub use invocations::{Head, Invocations, LogCursor, LogPage, LogQuery, Most, Recorded};
pub use keys::{KeyCursor, Keys};
pub use pool::{Connections, Store};
pub use sealed::{Alone, Sealed, SealedValue};
pub use sessions::{Access, Sessions, SessionsOptions, Transaction};
pub use settings::{Settings, StoredEnv};
pub use sqlx::postgres::PgConnectOptions;
pub use users::Users;
