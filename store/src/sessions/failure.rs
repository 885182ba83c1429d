//! What can go wrong on a connection, and the server's errors by the names of their fields.

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::ErrorFields;
use ramekin_model::{SqlError, limits};
use std::io;

/// Why a connection cannot go on. What the server refuses is no such failure.
#[derive(Debug)]
pub(super) enum Failure {
    /// It broke, or the server ended it before it did anything of what was sent.
    Unsent(SqlError),
    /// It broke, and nobody knows how far the server came.
    Broken(SqlError),
    /// What it brings is not wanted: it has to be cancelled.
    Unwanted(SqlError),
}

impl Failure {
    /// Something about the settings of the server or ours.
    pub(super) fn setup(text: &str) -> SqlError {
        SqlError::Unavailable(format!("the database of the app cannot be reached: {text}"))
    }

    pub(super) fn too_large() -> Self {
        Self::Unwanted(SqlError::Refused(format!(
            "the result of a query is larger than {} bytes or {} rows: ask for less, with LIMIT or fewer columns",
            limits::MAX_SQL_RESULT,
            limits::MAX_SQL_ROWS
        )))
    }

    pub(super) fn copy() -> Self {
        Self::Unwanted(SqlError::Refused("COPY cannot be used in a function: use INSERT and SELECT".into()))
    }

    pub(super) fn into_error(self) -> SqlError {
        match self {
            Self::Unsent(error) | Self::Broken(error) | Self::Unwanted(error) => error,
        }
    }
}

/// The server is not there, or has gone.
pub(super) fn away(error: &io::Error) -> SqlError {
    Failure::setup(&error.to_string())
}

/// The server has said something that this client does not expect.
pub(super) fn unexpected(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("unexpected {what} from the server"))
}

/// The fields of an error, by the names that clients of the function runtime know (Butterbase §5.4).
pub(super) fn fields(mut fields: ErrorFields<'_>) -> Vec<(&'static str, String)> {
    let mut named = Vec::new();
    while let Ok(Some(field)) = fields.next() {
        let name = match field.type_() {
            // Not `S`, which is in the server's language.
            b'V' => "severity",
            b'C' => "code",
            b'M' => "message",
            b'D' => "detail",
            b'H' => "hint",
            b'P' => "position",
            b'p' => "internalPosition",
            b'q' => "internalQuery",
            b'W' => "where",
            b's' => "schema",
            b't' => "table",
            b'c' => "column",
            b'd' => "dataType",
            b'n' => "constraint",
            b'F' => "file",
            b'L' => "line",
            b'R' => "routine",
            _ => continue,
        };
        named.push((name, String::from_utf8_lossy(field.value_bytes()).into_owned()));
    }
    named
}
