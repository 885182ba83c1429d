//! Shared vocabulary: plain data that every other crate speaks. No I/O, no async, no SQL, no wasm.

mod app;
mod audit;
mod database;
mod error_code;
mod function;
mod id;
mod invocation;
pub mod limits;
mod precondition;
mod secret;
mod sql;
mod trigger;

pub use app::{ApiKey, App, AppSettings, AppUser, KeyScope, ListedKey, Pause, PublicKey, SigningKey};
pub use audit::{Actor, AuditEvent, AuditKind, AuditRecord, By};
pub use database::{DatabaseAccess, DatabaseHost, DatabaseRole, DatabaseTls, Provisioning};
pub use error_code::ErrorCode;
pub use function::{
    AgentTool, AgentToolChange, Bundle, Files, Function, FunctionMetrics, FunctionStats, NewFunction, Receipt,
    TriggerState,
};
pub use id::{AppId, FunctionName, InvalidId};
pub use invocation::{Acted, ConsoleLine, InvocationRecord, LogLevel, TriggerType};
pub use precondition::Precondition;
pub use secret::Secret;
pub use sql::{SqlColumn, SqlError, SqlIdentity, SqlRows, SqlStatement};
pub use trigger::{AuthMode, Trigger};
