//! Why a package is not there. Every text says which one.

use std::io;

/// Why the packages of a function are not there.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct NpmError {
    /// Which of the packages asked for is to blame, as its place in the list.
    pub root: Option<usize>,
    /// What happened.
    pub cause: Cause,
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// There is no such package.
    #[error("the registry has no package `{0}`")]
    NoPackage(String),
    /// There is no such version.
    #[error("no version of `{name}` is `{range}`; the latest is {latest}")]
    NoVersion {
        /// The package.
        name: String,
        /// What was asked for.
        range: String,
        /// What there is.
        latest: String,
    },
    /// A name or a version that cannot be one.
    #[error("`{0}` cannot be the name or the version of a package")]
    Name(String),
    /// It comes without a hash that could be checked.
    #[error("`{0}` cannot be checked: the registry gives no sha512 of it")]
    NoHash(String),
    /// It is not what the registry or the lock file says.
    #[error("`{0}` is not what it should be: its sha512 is another one")]
    Hash(String),
    /// Its archive is refused.
    #[error("`{package}` cannot be unpacked: {why}")]
    Archive {
        /// Which.
        package: String,
        /// Why.
        why: String,
    },
    /// The function needs too many.
    #[error("the function needs more than {0} packages")]
    TooMany(usize),
    /// The registry did not answer, or not as one does.
    #[error("the npm registry {host} does not give `{what}`: {why}")]
    Registry {
        /// Which registry.
        host: String,
        /// What was asked for.
        what: String,
        /// What it did instead.
        why: String,
    },
    /// It took too long altogether.
    #[error("the packages could not be fetched within {0} seconds")]
    TooLate(u64),
    /// The npm configuration does not say where a package is.
    #[error("{0}")]
    Configuration(String),
    /// Nothing may be downloaded, and it is not there.
    #[error("`{0}` is not there yet, and this server may not download packages")]
    Offline(String),
    /// The folder of packages.
    #[error("packages cannot be kept: {0}")]
    Io(#[from] io::Error),
}

impl Cause {
    /// Whether the function asks for what cannot be had, and not a server that fails.
    pub fn is_of_function(&self) -> bool {
        match self {
            Self::NoPackage(_)
            | Self::NoVersion { .. }
            | Self::Name(_)
            | Self::NoHash(_)
            | Self::Hash(_)
            | Self::Archive { .. }
            | Self::TooMany(_)
            | Self::Configuration(_)
            | Self::Offline(_) => true,
            Self::Registry { .. } | Self::TooLate(_) | Self::Io(_) => false,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoPackage(_) => "check the spelling of its name",
            Self::NoVersion { .. } => "ask for a version that there is",
            Self::Name(_) => "write it as `npm:name@version`",
            Self::NoHash(_) => "use a newer version of it",
            Self::Hash(_) => "update the lock file, or see what is wrong with the registry",
            Self::Archive { .. } => "use another version of it, or another package",
            Self::TooMany(_) => "use fewer or smaller packages",
            Self::Registry { .. } | Self::TooLate(_) => "deploy again when the registry answers",
            Self::Configuration(_) => "ask the operator of this server to set it in the npm configuration",
            Self::Offline(_) => "ask the operator of this server to allow it",
            Self::Io(_) => "ask the operator of this server to make room in its data directory",
        }
    }

    pub(crate) fn of(self, root: usize) -> NpmError {
        NpmError { root: Some(root), cause: self }
    }
}

impl From<Cause> for NpmError {
    fn from(cause: Cause) -> Self {
        Self { root: None, cause }
    }
}
