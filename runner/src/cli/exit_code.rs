//! Exit codes. They are part of the command line's contract: scripts tell failures apart by them.

use super::remote::error::RemoteError;
use crate::config::ConfigError;
use crate::ops::rotation::RotationError;
use crate::platform::PlatformError;
use ramekin_store::StoreError;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// As it was asked to.
    Ok = 0,
    /// For a reason that none of the others names.
    Failure = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// A flag or an environment variable has a value that cannot be used.
    Config = 3,
    /// The address to listen on is taken or not there.
    Listen = 4,
    /// A file or folder cannot be used.
    DataDir = 5,
    /// The database cannot be reached, started or brought up to date.
    Database = 6,
    /// The sandbox cannot be set up.
    Sandbox = 7,
    /// The server cannot be reached, gives no answer in time, or is no Ramekin server.
    NoServer = 8,
    /// There is no key, or the key may not do this (401, 403).
    NotAllowed = 9,
    /// There is no such app, function or key (404).
    NotFound = 10,
    /// The server will not do it as it was asked to (any other 4xx).
    Refused = 11,
    /// The server cannot do it now, or failed; it may work later (429, 5xx).
    NotNow = 12,
    /// A function answered with an error.
    Function = 13,
    /// Ended by a signal at a question, or by a second one that waits for nothing.
    Interrupted = 130,
}

impl From<ExitCode> for i32 {
    fn from(code: ExitCode) -> Self {
        code as Self
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// Why a verb failed: a text that says what happened and what to do, and the exit code for it.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address to listen on.
    #[error("cannot listen on `{address}`: {}", listen_hint(.source))]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The platform.
    #[error("{}", platform_hint(.0))]
    Platform(#[from] PlatformError),
    /// A file, or the folder of `dev`.
    #[error("`{path}` cannot be read: {source}")]
    Folder {
        /// The file or folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file of the keys to servers.
    #[error("`{}` is damaged; correct it, or remove it and run `ramekin login`", .0.display())]
    Saved(std::path::PathBuf),
    /// The file of the keys to servers.
    #[error(
        "`{}` cannot be written: {source}; name another folder with {}",
        .path.display(),
        crate::config::env_var::CONFIG_DIR
    )]
    NotSaved {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something that a server was asked for.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// There is nothing to look after.
    #[error(
        "there is no data in `{}`; name the data directory of the server with --data-dir, or its database with \
         --database-url",
        .0.display()
    )]
    NoData(std::path::PathBuf),
    /// The key is somewhere else.
    #[error(
        "there is no key file `{}`, so the key to the stored values is somewhere else; name the data directory that has it \
         with --data-dir, or set {}",
        .0.display(),
        crate::config::env_var::ENCRYPTION_KEY
    )]
    NoKeyFile(std::path::PathBuf),
    /// A server would go on with the old key.
    #[error("a server runs on this database and would go on with the old key; stop every server, then run this again")]
    ServerRuns,
    /// Encrypting anew.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// Some values are lost, or their key is not here.
    #[error(
        "{renewed} values were encrypted anew; these cannot be decrypted with any key given:\n{rows}\nAdd the key that they \
         were encrypted with to {}, or set them again, then run this again. No key was removed",
        crate::config::env_var::OLD_ENCRYPTION_KEYS
    )]
    Unreadable {
        /// How many were.
        renewed: usize,
        /// Kind and row of the others, one a line.
        rows: String,
    },
    /// Something of the operating system.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl CliError {
    /// The exit code for it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::Config,
            Self::Listen { .. } => ExitCode::Listen,
            Self::Platform(error) => match error {
                PlatformError::Folder { .. } | PlatformError::Vault(_) => ExitCode::DataDir,
                PlatformError::Store(StoreError::Config(_)) => ExitCode::Config,
                PlatformError::Embedded(_) | PlatformError::Store(_) => ExitCode::Database,
                PlatformError::Sandbox(_) => ExitCode::Sandbox,
                PlatformError::Tls(_) | PlatformError::Entropy(_) => ExitCode::Failure,
            },
            Self::Folder { .. } | Self::NoData(_) | Self::NoKeyFile(_) => ExitCode::DataDir,
            Self::Saved(_) | Self::NotSaved { .. } => ExitCode::DataDir,
            Self::Remote(error) => error.exit_code(),
            Self::Rotation(RotationError::Store(_)) => ExitCode::Database,
            Self::ServerRuns | Self::Rotation(_) | Self::Unreadable { .. } => ExitCode::Failure,
            // Whoever reads what is printed has seen enough, as `head` has.
            Self::Io(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Ok,
            Self::Io(_) => ExitCode::Failure,
        }
    }
}

fn listen_hint(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::AddrInUse => {
            "the address is in use by another program; stop it, or choose another address with --listen".into()
        }
        ErrorKind::AddrNotAvailable => "this machine has no such address; choose another one with --listen".into(),
        ErrorKind::PermissionDenied => "ports below 1024 need privileges; choose another one with --listen".into(),
        ErrorKind::InvalidInput => "an address has the form host:port, such as 127.0.0.1:4000".into(),
        _ => format!("{error}; an address has the form host:port, such as 127.0.0.1:4000"),
    }
}

fn platform_hint(error: &PlatformError) -> String {
    match error {
        PlatformError::Store(StoreError::Config(_)) => {
            format!("{error}; DATABASE_URL has the form postgres://user:password@host:5432/database")
        }
        PlatformError::Store(StoreError::Unavailable(_)) => {
            format!("{error}; start PostgreSQL, correct DATABASE_URL, or leave it out to use the embedded database")
        }
        PlatformError::Folder { .. } => format!("{error}; choose another one with --data-dir"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error, ErrorKind};

    #[test]
    fn texts_say_what_to_do() {
        let taken = CliError::Listen { address: "127.0.0.1:4000".into(), source: Error::from(ErrorKind::AddrInUse) };
        assert_eq!(taken.exit_code(), ExitCode::Listen);
        assert!(taken.to_string().contains("127.0.0.1:4000") && taken.to_string().contains("--listen"));
        let away = CliError::from(PlatformError::from(StoreError::Unavailable("127.0.0.1:5432: refused".into())));
        assert_eq!((away.exit_code(), away.to_string().contains("DATABASE_URL")), (ExitCode::Database, true));
        let folder = PlatformError::Folder { path: "/proc/x".into(), source: Error::from(ErrorKind::PermissionDenied) };
        let folder = CliError::from(folder);
        assert_eq!((folder.exit_code(), folder.to_string().contains("--data-dir")), (ExitCode::DataDir, true));
    }
}
