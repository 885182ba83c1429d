//! What the operator sets. Every environment variable is a constant of [`env_var`], and the process environment is read
//! here and nowhere else.

use crate::fetch::EgressPolicy;
use crate::origins;
use ramekin_host_api::AnonymousRole;
use ramekin_model::{Secret, limits};
use std::collections::HashMap;
use std::path::PathBuf;

pub mod otlp;
#[cfg(test)]
mod tests;

use otlp::Otlp;

/// The environment variables that Ramekin reads.
pub mod env_var {
    pub use super::otlp::names::*;

    /// Address to listen on, as `host:port`.
    pub const LISTEN: &str = "RAMEKIN_LISTEN";
    /// Folder of the embedded database, the encryption key and compiled code.
    pub const DATA_DIR: &str = "RAMEKIN_DATA_DIR";
    /// `postgres://` URL of the platform database. Without it an embedded PostgreSQL is run.
    pub const DATABASE_URL: &str = "DATABASE_URL";
    /// API key to create on an empty database: `bb_sk_` and 40 characters of 0-9a-f.
    pub const BOOTSTRAP_KEY: &str = "RAMEKIN_BOOTSTRAP_KEY";
    /// Key that encrypts environment variables at rest, as 64 characters of hex. Without it a key file is made in the
    /// data directory; servers that share a database must share the key.
    pub const ENCRYPTION_KEY: &str = "RAMEKIN_ENCRYPTION_KEY";
    /// Older keys, separated by commas: they only decrypt, until `ramekin keys rotate` has encrypted everything anew.
    pub const OLD_ENCRYPTION_KEYS: &str = "RAMEKIN_OLD_ENCRYPTION_KEYS";
    /// Address under which clients reach the server, such as `https://functions.example.org`.
    pub const PUBLIC_URL: &str = "RAMEKIN_PUBLIC_URL";
    /// `true` lets functions fetch from private addresses.
    pub const ALLOW_PRIVATE_NETWORK: &str = "RAMEKIN_ALLOW_PRIVATE_NETWORK";
    /// Private addresses that functions may fetch from, separated by commas: `10.0.0.0/8`, `127.0.0.1:8080`, `db.internal`.
    pub const EGRESS_ALLOW: &str = "RAMEKIN_EGRESS_ALLOW";
    /// Function calls that may run at once.
    pub const MAX_CALLS: &str = "RAMEKIN_MAX_CALLS";
    /// Connections that SQL of functions has to databases of apps, in all.
    pub const DATABASE_CONNECTIONS: &str = "RAMEKIN_DATABASE_CONNECTIONS";
    /// As whom SQL of a function runs that an anonymous caller has called: `service` or `anon`.
    pub const ANONYMOUS_ROLE: &str = "RAMEKIN_ANONYMOUS_ROLE";
    /// Server that the command line talks to.
    pub const ENDPOINT: &str = "RAMEKIN_ENDPOINT";
    /// API key that the command line shows to the server, in place of that of `ramekin login`.
    pub const API_KEY: &str = "RAMEKIN_API_KEY";
    /// App that the command line works on, by name or id.
    pub const APP: &str = "RAMEKIN_APP";
    /// Folder where the command line keeps keys to servers.
    pub const CONFIG_DIR: &str = "RAMEKIN_CONFIG_DIR";
    /// Functions that one app may have.
    pub const MAX_FUNCTIONS: &str = "RAMEKIN_MAX_FUNCTIONS";
    /// Origins whose pages may read what any route answers, separated by commas: `https://dashboard.example.org`.
    pub const ALLOWED_ORIGINS: &str = "RAMEKIN_ALLOWED_ORIGINS";
    /// How many days records of calls are kept; 0 keeps them for ever.
    pub const LOG_RETENTION_DAYS: &str = "RAMEKIN_LOG_RETENTION_DAYS";
    /// How many days events of the audit log are kept; 0 keeps them for ever.
    pub const AUDIT_RETENTION_DAYS: &str = "RAMEKIN_AUDIT_RETENTION_DAYS";
    /// Token that opens `GET /metrics`, as an account key does.
    pub const METRICS_TOKEN: &str = "RAMEKIN_METRICS_TOKEN";
    /// Public calls of the functions of one app in a minute; 0, and nothing, is no limit.
    pub const RATE_LIMIT: &str = "RAMEKIN_RATE_LIMIT";
    /// Requests to one management route of one app in a minute; 0 is no limit.
    pub const MANAGEMENT_RATE_LIMIT: &str = "RAMEKIN_MANAGEMENT_RATE_LIMIT";
}

/// Default of [`env_var::LISTEN`].
pub const DEFAULT_LISTEN: &str = "127.0.0.1:4000";
/// Default of [`env_var::ENDPOINT`]: a server with all defaults on this machine.
pub const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:4000";
/// Default of [`env_var::MAX_CALLS`].
pub const DEFAULT_MAX_CALLS: u32 = 2_000;
/// Largest [`env_var::MAX_CALLS`]: each reserves address space for the largest memory a function may have.
const MOST_CALLS: u32 = 10_000;
/// Fewest and most [`env_var::DATABASE_CONNECTIONS`]: with fewer, an app could not have a transaction beside a query.
const CONNECTIONS: std::ops::RangeInclusive<usize> = 4..=1_000;
/// Fewest and most [`env_var::MAX_FUNCTIONS`].
const FUNCTIONS: std::ops::RangeInclusive<u32> = 1..=100_000;
/// Largest rate that can be set; who wants more sets none.
const MOST_RATE: u32 = 1_000_000;

/// A setting that cannot be used. The value is shown only where it is no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not a key.
    #[error(
        "{} must be `bb_sk_` followed by 40 characters of 0-9 and a-f; leave it out to have a key made",
        env_var::BOOTSTRAP_KEY
    )]
    BootstrapKey,
    /// Not a key.
    #[error("{} must be 64 characters of 0-9 and a-f (`openssl rand -hex 32` makes one)", env_var::ENCRYPTION_KEY)]
    EncryptionKey,
    /// Not keys.
    #[error("{} must be keys of 64 characters of 0-9 and a-f, separated by commas", env_var::OLD_ENCRYPTION_KEYS)]
    OldEncryptionKeys,
    /// Not a URL.
    #[error("{name} is `{0}`; it must be an http:// or https:// URL without a query", name = env_var::PUBLIC_URL)]
    PublicUrl(String),
    /// Neither true nor false.
    #[error("{name} is `{0}`; it must be `true` or `false`", name = env_var::ALLOW_PRIVATE_NETWORK)]
    AllowPrivateNetwork(String),
    /// An entry of the list.
    #[error("{name} has the entry `{0}`; an entry is an address, a network such as 10.0.0.0/8, or a host name, each with or without `:port`", name = env_var::EGRESS_ALLOW)]
    EgressAllow(String),
    /// Not a number, or out of range.
    #[error("{name} is `{0}`; it must be a number from 1 to {MOST_CALLS}", name = env_var::MAX_CALLS)]
    MaxCalls(String),
    /// Not a number, or out of range.
    #[error("{name} is `{0}`; it must be a number from {low} to {high}", name = env_var::DATABASE_CONNECTIONS, low = CONNECTIONS.start(), high = CONNECTIONS.end())]
    DatabaseConnections(String),
    /// No such role.
    #[error("{name} is `{0}`; it must be `service` or `anon`", name = env_var::ANONYMOUS_ROLE)]
    AnonymousRole(String),
    /// Not the address of a server.
    #[error("the server is `{0}`; it must be a URL such as {DEFAULT_ENDPOINT}, without a user, a password or a query")]
    Endpoint(String),
    /// Not a key.
    #[error("{} must be `bb_sk_` followed by 40 characters of 0-9 and a-f", env_var::API_KEY)]
    ApiKey,
    /// Nowhere to put keys to servers.
    #[error("there is no home directory to keep keys to servers in; name a folder with {}", env_var::CONFIG_DIR)]
    NoConfigDir,
    /// Not a number, or out of range.
    #[error("{name} is `{0}`; it must be a number from {low} to {high}", name = env_var::MAX_FUNCTIONS, low = FUNCTIONS.start(), high = FUNCTIONS.end())]
    MaxFunctions(String),
    /// An entry of the list.
    #[error("{name} has the entry `{0}`; an entry is an origin such as https://dashboard.example.org, without a path", name = env_var::ALLOWED_ORIGINS)]
    AllowedOrigins(String),
    /// Not a number, or out of range.
    #[error("{name} is `{value}`; it must be a number of days from 0 (for ever) to {}", limits::MAX_RETENTION_DAYS)]
    Retention {
        /// Which variable.
        name: &'static str,
        /// What it is.
        value: String,
    },
    /// A variable of OpenTelemetry.
    #[error("{name} is `{value}`; it must {must}")]
    Otlp {
        /// Which variable.
        name: &'static str,
        /// What it is.
        value: String,
        /// What it has to be.
        must: String,
    },
    /// Not fields.
    #[error("{0} must be `name=value`, separated by commas, each a field of HTTP, its value percent-encoded")]
    OtlpHeaders(&'static str),
    /// Not a number, or out of range.
    #[error("{name} is `{value}`; it must be a number from 0 (no limit) to {MOST_RATE}")]
    Rate {
        /// Which variable.
        name: &'static str,
        /// What it is.
        value: String,
    },
    /// Too short, or not to be sent in a header.
    #[error(
        "{} must be at least {} letters, digits and other visible characters of ASCII (`openssl rand -hex 32` makes one)",
        env_var::METRICS_TOKEN,
        limits::MIN_METRICS_TOKEN
    )]
    MetricsToken,
    /// Nowhere to put data.
    #[error("there is no home directory to keep data in; name one with --data-dir or {}", env_var::DATA_DIR)]
    NoHome,
    /// Not UTF-8.
    #[error("the environment variable {0} is not valid UTF-8")]
    NotText(&'static str),
}

/// Environment variables as a value, so that tests never read the developer's own.
#[derive(Clone, Default)]
pub struct Variables(HashMap<String, Option<String>>);

impl Variables {
    /// Those of this process.
    pub fn of_process() -> Self {
        let text = |value: std::ffi::OsString| value.into_string().ok();
        let pairs = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, text(value))));
        Self(pairs.collect())
    }

    /// A variable that is set and not empty.
    ///
    /// # Errors
    /// When it is no text.
    pub fn get(&self, name: &'static str) -> Result<Option<&str>, ConfigError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value.trim()).filter(|value| !value.is_empty())),
            Some(None) => Err(ConfigError::NotText(name)),
        }
    }

    /// A variable that is somebody else's. `None` when it is not set, or no text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    /// These and no others.
    pub fn of<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).collect())
    }

    /// With this one more, or instead.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), Some(value.to_owned()));
        self
    }

    fn dir(&self, name: &'static str) -> Option<PathBuf> {
        let path = PathBuf::from(self.0.get(name)?.as_ref()?);
        path.is_absolute().then_some(path)
    }
}

/// An API key as text: `bb_sk_` and 40 characters of lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyText(Secret<String>);

impl ApiKeyText {
    /// What every key starts with.
    pub const PREFIX: &str = "bb_sk_";

    /// Takes a text that has the form of a key.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 40 && digits.bytes().all(hex)).then(|| Self(Secret::new(text.to_owned())))
    }

    /// A new random key.
    ///
    /// # Errors
    /// When the operating system gives no entropy.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 20];
        getrandom::fill(&mut bytes)?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(Secret::new(format!("{}{digits}", Self::PREFIX))))
    }

    /// The key itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Settings that both verbs share.
#[derive(Debug, Clone)]
pub struct Config {
    /// Key to create on an empty database.
    pub bootstrap_key: Option<ApiKeyText>,
    /// Key for what is encrypted at rest.
    pub encryption_key: Option<Secret<[u8; 32]>>,
    /// Keys that only decrypt.
    pub old_encryption_keys: Vec<Secret<[u8; 32]>>,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    /// Where functions may connect to.
    pub egress: EgressPolicy,
    /// Calls that may run at once.
    pub max_calls: u32,
    /// Connections that SQL of functions has.
    pub database_connections: usize,
    /// As whom SQL of an anonymous caller runs.
    pub anonymous_role: AnonymousRole,
    /// Functions that one app may have.
    pub max_functions: u32,
    /// Origins that every route allows.
    pub allowed_origins: Vec<String>,
    /// How long records of calls are kept, in days; `None` keeps them for ever.
    pub log_retention_days: Option<u32>,
    /// The same for events of the audit log.
    pub audit_retention_days: Option<u32>,
    /// Where traces and metrics go; `None` sends none.
    pub otlp: Option<Otlp>,
    /// Opens the metrics of the server.
    pub metrics_token: Option<Secret<String>>,
    /// Public calls of an app in a minute.
    pub call_rate: Option<u32>,
    /// Requests to a management route of an app in a minute.
    pub management_rate: Option<u32>,
}

impl Config {
    /// Reads and checks the settings.
    ///
    /// # Errors
    /// Names the variable and what it must be.
    pub fn read(variables: &Variables) -> Result<Self, ConfigError> {
        let bootstrap_key = variables.get(env_var::BOOTSTRAP_KEY)?;
        let encryption_key = variables.get(env_var::ENCRYPTION_KEY)?;
        let old_keys = variables.get(env_var::OLD_ENCRYPTION_KEYS)?.unwrap_or_default();
        let public_url = variables.get(env_var::PUBLIC_URL)?;
        let private = match variables.get(env_var::ALLOW_PRIVATE_NETWORK)? {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(other) => return Err(ConfigError::AllowPrivateNetwork(other.to_owned())),
        };
        let allowed = variables.get(env_var::EGRESS_ALLOW)?.unwrap_or_default();
        let max_calls = match variables.get(env_var::MAX_CALLS)? {
            None => DEFAULT_MAX_CALLS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|calls| (1..=MOST_CALLS).contains(calls))
                .ok_or_else(|| ConfigError::MaxCalls(text.to_owned()))?,
        };
        let database_connections = match variables.get(env_var::DATABASE_CONNECTIONS)? {
            None => limits::DATABASE_CONNECTIONS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|connections| CONNECTIONS.contains(connections))
                .ok_or_else(|| ConfigError::DatabaseConnections(text.to_owned()))?,
        };
        let anonymous_role = match variables.get(env_var::ANONYMOUS_ROLE)? {
            None | Some("service") => AnonymousRole::Service,
            Some("anon") => AnonymousRole::Anon,
            Some(other) => return Err(ConfigError::AnonymousRole(other.to_owned())),
        };
        let max_functions = match variables.get(env_var::MAX_FUNCTIONS)? {
            None => limits::MAX_FUNCTIONS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|functions| FUNCTIONS.contains(functions))
                .ok_or_else(|| ConfigError::MaxFunctions(text.to_owned()))?,
        };
        let origins = variables.get(env_var::ALLOWED_ORIGINS)?.unwrap_or_default();
        let metrics_token = variables.get(env_var::METRICS_TOKEN)?;
        Ok(Self {
            bootstrap_key: bootstrap_key
                .map(|text| ApiKeyText::parse(text).ok_or(ConfigError::BootstrapKey))
                .transpose()?,
            encryption_key: encryption_key
                .map(|text| parse_hex_key(text).map(Secret::new).ok_or(ConfigError::EncryptionKey))
                .transpose()?,
            old_encryption_keys: old_keys
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(|text| parse_hex_key(text).map(Secret::new).ok_or(ConfigError::OldEncryptionKeys))
                .collect::<Result<_, _>>()?,
            public_url: public_url.map(parse_public_url).transpose()?,
            egress: EgressPolicy::new(private, allowed).map_err(ConfigError::EgressAllow)?,
            max_calls,
            database_connections,
            anonymous_role,
            max_functions,
            allowed_origins: origins
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(|text| origins::normalized(text).ok_or_else(|| ConfigError::AllowedOrigins(text.to_owned())))
                .collect::<Result<_, _>>()?,
            log_retention_days: days(variables, env_var::LOG_RETENTION_DAYS, limits::LOG_RETENTION_DAYS)?,
            audit_retention_days: days(variables, env_var::AUDIT_RETENTION_DAYS, limits::AUDIT_RETENTION_DAYS)?,
            otlp: otlp::read(variables)?,
            metrics_token: metrics_token.map(|text| parse_token(text).ok_or(ConfigError::MetricsToken)).transpose()?,
            call_rate: rate(variables, env_var::RATE_LIMIT, 0)?,
            management_rate: rate(variables, env_var::MANAGEMENT_RATE_LIMIT, limits::MANAGEMENT_RATE)?,
        })
    }
}

/// A number of days; 0 is for ever.
fn days(variables: &Variables, name: &'static str, unless_set: u32) -> Result<Option<u32>, ConfigError> {
    let days = match variables.get(name)? {
        None => unless_set,
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| *days <= limits::MAX_RETENTION_DAYS)
            .ok_or_else(|| ConfigError::Retention { name, value: text.to_owned() })?,
    };
    Ok(Some(days).filter(|days| *days > 0))
}

/// A number of requests in a minute; 0 is no limit.
fn rate(variables: &Variables, name: &'static str, unless_set: u32) -> Result<Option<u32>, ConfigError> {
    let rate = match variables.get(name)? {
        None => unless_set,
        Some(text) => text
            .parse()
            .ok()
            .filter(|rate| *rate <= MOST_RATE)
            .ok_or_else(|| ConfigError::Rate { name, value: text.to_owned() })?,
    };
    Ok(Some(rate).filter(|rate| *rate > 0))
}

/// A token that can be sent as it is.
fn parse_token(text: &str) -> Option<Secret<String>> {
    let fits = text.len() >= limits::MIN_METRICS_TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| Secret::new(text.to_owned()))
}

/// 32 bytes from 64 characters of hex.
pub fn parse_hex_key(text: &str) -> Option<[u8; 32]> {
    let mut key = [0_u8; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in key.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(key)
}

fn parse_public_url(text: &str) -> Result<String, ConfigError> {
    server_url(text).ok_or_else(|| ConfigError::PublicUrl(text.to_owned()))
}

/// The address of a server, without a slash at the end. `None` when the text is none.
pub fn server_url(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// Where data is kept when nothing else is said. As root under `/var/lib`, because the embedded database then runs as
/// another account, which may not enter root's home.
///
/// # Errors
/// When there is no home directory.
pub fn default_data_dir(variables: &Variables) -> Result<PathBuf, ConfigError> {
    if rustix::process::geteuid().is_root() {
        return Ok("/var/lib/ramekin".into());
    }
    if cfg!(target_os = "macos") {
        let home = variables.dir("HOME").ok_or(ConfigError::NoHome)?;
        return Ok(home.join("Library/Application Support/ramekin"));
    }
    let data = variables.dir("XDG_DATA_HOME").or_else(|| Some(variables.dir("HOME")?.join(".local/share")));
    Ok(data.ok_or(ConfigError::NoHome)?.join("ramekin"))
}

/// Where the command line keeps keys to servers. Root has a home for it too.
///
/// # Errors
/// When there is no home directory.
pub fn config_dir(variables: &Variables) -> Result<PathBuf, ConfigError> {
    if let Some(dir) = variables.get(env_var::CONFIG_DIR)? {
        return Ok(dir.into());
    }
    let home = || variables.dir("HOME").ok_or(ConfigError::NoConfigDir);
    if cfg!(target_os = "macos") {
        return Ok(home()?.join("Library/Application Support/ramekin/cli"));
    }
    let config = variables.dir("XDG_CONFIG_HOME").map_or_else(|| Ok(home()?.join(".config")), Ok)?;
    Ok(config.join("ramekin"))
}

/// Where things are kept that can be made again: downloads, compiled code.
///
/// # Errors
/// When there is no home directory.
pub fn default_cache_dir(variables: &Variables) -> Result<PathBuf, ConfigError> {
    if rustix::process::geteuid().is_root() {
        return Ok("/var/cache/ramekin".into());
    }
    if cfg!(target_os = "macos") {
        return Ok(variables.dir("HOME").ok_or(ConfigError::NoHome)?.join("Library/Caches/ramekin"));
    }
    let cache = variables.dir("XDG_CACHE_HOME").or_else(|| Some(variables.dir("HOME")?.join(".cache")));
    Ok(cache.ok_or(ConfigError::NoHome)?.join("ramekin"))
}
