//! Shared vocabulary: plain data that every other crate speaks. No I/O, no async, no SQL, no wasm.

mod app;
mod database;
mod error_code;
mod function;
mod id;
mod invocation;
pub mod limits;
mod secret;
mod sql;
mod trigger;

pub use app::{ApiKey, App, AppSettings, AppUser, KeyScope, ListedKey, PublicKey, SigningKey};
pub use database::{DatabaseAccess, DatabaseHost, DatabaseRole, DatabaseTls, Provisioning};
pub use error_code::ErrorCode;
pub use function::{Function, FunctionMetrics, FunctionStats, NewFunction};
pub use id::{AppId, FunctionName, InvalidId};
pub use invocation::{ConsoleLine, InvocationRecord, LogLevel, TriggerType};
pub use secret::Secret;
pub use sql::{SqlColumn, SqlError, SqlIdentity, SqlRows, SqlStatement};
pub use trigger::{AuthMode, Trigger};
