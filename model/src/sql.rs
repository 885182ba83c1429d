//! SQL of a function: what is asked, as whom, and what comes back. Values are PostgreSQL's text form, untouched.

use crate::DatabaseRole;

/// As whom a statement runs (Butterbase §5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlIdentity {
    /// A signed-in user of the app, by id. Any text: an impersonated id is not checked.
    User(String),
    /// Nobody in particular.
    Anon,
    /// The app itself.
    Service,
}

impl SqlIdentity {
    /// Whose rights it has.
    pub fn role(&self) -> DatabaseRole {
        match self {
            Self::User(_) => DatabaseRole::User,
            Self::Anon => DatabaseRole::Anon,
            Self::Service => DatabaseRole::Service,
        }
    }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlStatement {
    /// SQL. Without parameters it may be several statements, separated by semicolons.
    pub text: String,
    /// Values of `$1`, `$2`, …; `None` is NULL.
    pub parameters: Vec<Option<String>>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// The object id of its type.
    pub type_oid: u32,
}

/// What a statement gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlRows {
    /// None for a statement without a result.
    pub columns: Vec<SqlColumn>,
    /// The command tag, such as `INSERT 0 1`.
    pub command: String,
    /// Rows in `cells`.
    pub count: u32,
    /// Every cell, row by row: its length as a big-endian `i32`, -1 for NULL, then its text.
    pub cells: Vec<u8>,
}

/// Why there is no result. The texts are shown to the function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The server refused: the fields of its error, by name.
    #[error("{}", message(.0))]
    Server(Vec<(&'static str, String)>),
    /// The statement cannot be sent, or its result cannot be had; trying again changes nothing.
    #[error("{0}")]
    Refused(String),
    /// No connection, or it broke.
    #[error("{0}")]
    Unavailable(String),
}

impl SqlError {
    /// A field of the server's error.
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Server(fields) => field(fields, name),
            Self::Refused(_) | Self::Unavailable(_) => None,
        }
    }
}

fn field<'a>(fields: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
}

fn message(fields: &[(&'static str, String)]) -> String {
    field(fields, "message").unwrap_or("the database refused").to_owned()
}
