//! What can go wrong with the platform database. Texts are made from the server's message alone: never from its details,
//! which quote rows, and never from the connection URL.

use sqlx::migrate::MigrateError;

/// Why an operation on the store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No usable connection: the server is down, starting, shutting down, or out of connections. Worth a retry.
    #[error("the database is not reachable: {0}")]
    Unavailable(String),
    /// The connection URL or the options are not usable as they are.
    #[error("the database connection is misconfigured: {0}")]
    Config(String),
    /// The schema could not be brought up to date.
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(String),
    /// The row that a new one should belong to is not there.
    #[error("the {0} does not exist")]
    Missing(&'static str),
    /// Another row has what has to be unique.
    #[error("the {0} is taken")]
    Taken(&'static str),
    /// The app's database cannot be used yet: it could not be made. The text says why. Worth a retry.
    #[error("the app's database is not ready: {0}")]
    NotReady(String),
    /// A text holds U+0000, which PostgreSQL cannot store.
    #[error("the text holds a NUL character (U+0000), which the database cannot store")]
    NulCharacter,
    /// A statement failed, or its result is not what this version expects.
    #[error("a database statement failed: {message}")]
    Statement {
        /// SQLSTATE, when the server gave one.
        sqlstate: Option<String>,
        /// The server's message, without details.
        message: String,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Entropy(String),
}

impl StoreError {
    /// Whether the database could not be reached, as opposed to having refused.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the database has judged what it was sent and will judge it the same way again. Everything else passes:
    /// no connection, no room on the disk, a standby that cannot be written yet, a credential that is being changed.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Config(_) | Self::Migration(_) | Self::Entropy(_) => false,
            Self::NotReady(_) => false,
            Self::Missing(_) | Self::Taken(_) | Self::NulCharacter => true,
            Self::Statement { sqlstate, .. } => !sqlstate.as_deref().is_some_and(passes),
        }
    }

    /// Whether a foreign key pointed nowhere.
    pub(crate) fn is_foreign_key(&self) -> bool {
        matches!(self, Self::Statement { sqlstate: Some(state), .. } if state == "23503")
    }

    /// Whether a row of this key is there already.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Statement { sqlstate: Some(state), .. } if state == "23505")
    }

    /// A stored value that this version cannot read.
    pub(crate) fn unreadable(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Statement { sqlstate: None, message: format!("stored {what} is not readable: {error}") }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(with_causes(&error))
            }
            sqlx::Error::Configuration(_) | sqlx::Error::Tls(_) => Self::Config(with_causes(&error)),
            sqlx::Error::Migrate(error) => (*error).into(),
            sqlx::Error::Database(error) => {
                let sqlstate = error.code().map(|code| code.into_owned());
                let message = error.message().to_owned();
                match sqlstate.as_deref() {
                    Some(state) if is_gone(state) => Self::Unavailable(message),
                    // Character not in repertoire (text), untranslatable character (jsonb).
                    Some("22021" | "22P05") => Self::NulCharacter,
                    // Invalid authorization, unknown database.
                    Some("28000" | "28P01" | "3D000") => Self::Config(message),
                    _ => Self::Statement { sqlstate, message },
                }
            }
            other => Self::Statement { sqlstate: None, message: with_causes(&other) },
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) => match Self::from(error) {
                Self::Unavailable(message) => Self::Unavailable(message),
                other => Self::Migration(other.to_string()),
            },
            MigrateError::ExecuteMigration(error, version) => match Self::from(error) {
                Self::Unavailable(message) => Self::Unavailable(message),
                other => Self::Migration(format!("migration {version}: {other}")),
            },
            MigrateError::VersionMismatch(version) => Self::Migration(format!(
                "migration {version} of this server is not the one that was applied to this database; \
                 start the release that applied it, or a later one"
            )),
            other => Self::Migration(with_causes(&other)),
        }
    }
}

impl From<getrandom::Error> for StoreError {
    fn from(error: getrandom::Error) -> Self {
        Self::Entropy(error.to_string())
    }
}

/// Connection exceptions, too many connections, and a server that is going down or coming up.
fn is_gone(sqlstate: &str) -> bool {
    sqlstate.starts_with("08") || matches!(sqlstate, "53300" | "57P01" | "57P02" | "57P03" | "57P05")
}

/// States of the server, or of others' transactions, in which it refuses statements that it otherwise takes: read-only
/// transaction, serialization failure, deadlock, insufficient resources (disk full among them), lock not available,
/// query cancelled.
fn passes(sqlstate: &str) -> bool {
    is_gone(sqlstate)
        || sqlstate.starts_with("53")
        || matches!(sqlstate, "25006" | "40001" | "40P01" | "55P03" | "57014")
}

/// The text of an error and of what caused it, as far as the texts do not already repeat each other.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::StoreError;

    #[test]
    fn what_passes_is_no_refusal() {
        let statement = |sqlstate: Option<&str>| StoreError::Statement {
            sqlstate: sqlstate.map(str::to_owned),
            message: "m".into(),
        };
        for state in ["53100", "53200", "25006", "40P01", "57014", "08006", "57P01"] {
            assert!(!statement(Some(state)).is_refusal(), "{state}");
        }
        for state in ["22003", "23502", "25000", "42P01", "54000"] {
            assert!(statement(Some(state)).is_refusal(), "{state}");
        }
        assert!(statement(None).is_refusal() && StoreError::NulCharacter.is_refusal());
        for passing in [StoreError::Unavailable("x".into()), StoreError::Config("x".into())] {
            assert!(!passing.is_refusal(), "{passing}");
        }
    }
}
