//! The platform: everything behind the wire, put together once. Operations get the parts they need.

use crate::config::{ApiKeyText, Config};
use crate::database::FunctionSql;
use crate::exec::{Admission, Sandbox, SandboxError, SandboxOptions};
use crate::fetch::{Client, System};
use crate::images::Images;
use crate::meter::Meter;
use crate::ops::app_users::AppUsers;
use crate::ops::apps::Apps;
use crate::ops::audit::Audits;
use crate::ops::auth::{Keys, KnownToken};
use crate::ops::call::{Calls, Observer};
use crate::ops::configuration::Configurations;
use crate::ops::deploy::Deploys;
use crate::ops::environment::Environments;
use crate::ops::functions::Functions;
use crate::ops::logs::{Logs, Streams};
use crate::ops::rls::Policies;
use crate::ops::schema::Schemas;
use crate::otlp::{self, Exports, Sources};
use crate::rate_limits::RequestLimits;
use crate::recorder::{Recorder, Writer};
use crate::registry::Registry;
use crate::retention;
use crate::vault::{Vault, VaultError};
use ramekin_model::{By, KeyScope};
use ramekin_store::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres, PLATFORM_DATABASE};
use ramekin_store::{AppDatabases, Sessions, SessionsOptions, Store, StoreError};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Connections to the platform database.
const CONNECTIONS: u32 = 10;
/// The memory of an image that was not called for so long, or up to twice as long, is given back.
const REST: Duration = Duration::from_secs(30);
/// Instances beyond those of calls: for evaluating modules at deploy, and for instances that are just going away.
const SPARE_INSTANCES: u32 = 64;
/// A compiled image that was not written for so long is removed at the start; it is made again when it is needed.
const IMAGE_LIFETIME: Duration = Duration::from_hours(24 * 30);

/// Where the database is.
pub enum Database {
    /// Somebody else's.
    Url(ramekin_model::Secret<String>),
    /// Our own child process.
    Embedded {
        /// Where it lives.
        state_dir: PathBuf,
        /// Where downloaded binaries are kept.
        cache_dir: PathBuf,
    },
}

/// A database that answers, and the process that runs it if it is our own.
pub struct Opened {
    store: Store,
    embedded: Option<EmbeddedPostgres>,
}

impl Opened {
    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Ends it in order.
    pub async fn close(self) {
        self.store.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// A sandbox that is being set up.
pub struct Preparing(JoinHandle<Result<Sandbox, PlatformError>>);

/// How to put a platform together.
pub struct PlatformOptions {
    /// The database.
    pub database: Opened,
    /// The sandbox.
    pub sandbox: Preparing,
    /// Where the key file is, unless the configuration has a key.
    pub key_file: PathBuf,
    /// Under which clients reach the server.
    pub public_url: String,
    /// Everything else.
    pub config: Config,
    /// Watches calls.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Why there is no platform.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// A folder of ours.
    #[error("the folder `{}` cannot be used: {source}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The embedded database.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// TLS for outbound requests.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// No random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Entropy(getrandom::Error),
}

impl From<getrandom::Error> for PlatformError {
    fn from(error: getrandom::Error) -> Self {
        Self::Entropy(error)
    }
}

/// See the module's documentation.
pub struct Platform {
    /// The database.
    pub store: Store,
    /// API keys.
    pub keys: Keys,
    /// Apps.
    pub apps: Apps,
    /// What their owners set of them.
    pub configurations: Configurations,
    /// What was changed of them, and by whom.
    pub audits: Audits,
    /// Databases of apps.
    pub databases: AppDatabases,
    /// Their tables.
    pub schemas: Schemas,
    /// Who sees which rows.
    pub policies: Policies,
    /// Users of apps.
    pub app_users: AppUsers,
    /// Variables of apps and functions.
    pub environment: Environments,
    /// Functions, as their owner sees them.
    pub functions: Functions,
    /// Deploys.
    pub deploys: Deploys,
    /// Calls.
    pub calls: Calls,
    /// Logs.
    pub logs: Logs,
    /// How often apps may be asked for something.
    pub limits: RequestLimits,
    /// Counts what the server does.
    pub meter: Arc<Meter>,
    /// Opens the metrics besides account keys.
    pub metrics_token: Option<KnownToken>,
    /// Sessions of apps' databases for SQL of functions.
    pub sessions: Sessions,
    /// Who owns the installation.
    pub owner: Uuid,
    /// Under which clients reach the server, as far as is known.
    pub public_url: Arc<str>,
    /// Whether the operator said so. Otherwise a request's own `Host` is believed.
    pub public_url_fixed: bool,
    /// Origins that every route allows.
    pub allowed_origins: Vec<String>,
    registry: Arc<Registry>,
}

/// What runs behind a platform, and has to be ended with it.
pub struct Background {
    store: Store,
    sessions: Sessions,
    tasks: TaskTracker,
    writer: Writer,
    exports: Exports,
    /// Ends with the platform.
    helpers: Vec<JoinHandle<()>>,
    embedded: Option<EmbeddedPostgres>,
}

impl Platform {
    /// Brings the database up to date and reads what is deployed.
    ///
    /// # Errors
    /// See [`PlatformError`]; each text says what to do.
    pub async fn open(options: PlatformOptions) -> Result<(Self, Background), PlatformError> {
        let meter = Meter::new();
        let max_calls = options.config.max_calls;
        let Opened { store, embedded } = options.database;
        let sandbox = options.sandbox.0.await.unwrap_or_else(|error| {
            Err(PlatformError::Sandbox(SandboxError::Engine(wasmtime::Error::msg(error.to_string()))))
        })?;
        let older = &options.config.old_encryption_keys;
        let vault = match &options.config.encryption_key {
            Some(key) => Vault::new(key, older),
            None => Vault::from_file(&options.key_file, older)?,
        };
        store.migrate().await?;
        let owner = store.users().ensure_owner().await?;
        // Listening begins before reading, so that no change falls between the two.
        let changes = store.changes().await?;
        let (url, files) = (options.public_url.clone(), sandbox.image_files());
        let registry = Arc::new(Registry::load(store.clone(), vault.clone(), url, files, owner).await?);
        let databases = store.app_databases(vault.app_databases());
        let bounds = SessionsOptions { connections: options.config.database_connections, ..SessionsOptions::default() };
        let sessions = Sessions::new(Arc::new(databases.clone()), bounds);
        let tasks = sandbox.tasks().clone();
        let apps = Apps {
            store: store.clone(),
            registry: Arc::clone(&registry),
            databases: databases.clone(),
            sessions: sessions.clone(),
            tasks: tasks.clone(),
        };
        let (provisioning, sweeping) = (apps.clone(), apps.clone());
        let keys = Keys::new(store.clone(), tasks.clone());
        let (follower, known) = (Arc::clone(&registry), keys.clone());
        let resting = Arc::clone(&registry);
        let mut helpers = vec![
            tokio::spawn(async move { follower.follow(changes, |change| known.heard(change)).await }),
            tokio::spawn(async move { provisioning.provision_all().await }),
            tokio::spawn(async move { sweeping.sweep_keys().await }),
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(REST).await;
                    resting.rest();
                }
            }),
        ];
        if let Some(days) = options.config.log_retention_days {
            helpers.push(tokio::spawn(retention::keep_for(retention::Log(store.clone()), days)));
        }
        if let Some(days) = options.config.audit_retention_days {
            helpers.push(tokio::spawn(retention::keep_for(retention::AuditLog(store.clone()), days)));
        }
        let (recorder, writer) = Recorder::start(store.clone());
        // One app leaves a quarter of the slots to others.
        let admission = Admission::new(max_calls as usize, (max_calls - max_calls / 4) as usize);
        let sources =
            Sources { meter: Arc::clone(&meter), admission: Arc::clone(&admission), recorder: Arc::clone(&recorder) };
        let (tracer, exports) = otlp::start(options.config.otlp.as_ref(), sources)?;
        let fetch = Arc::new(Client::new(options.config.egress, Arc::new(System))?);
        let calls = Calls {
            sandbox: sandbox.clone(),
            images: Images { store: store.clone(), sandbox: sandbox.clone() },
            admission,
            recorder: Arc::clone(&recorder),
            meter: Arc::clone(&meter),
            fetch,
            database: Arc::new(FunctionSql::new(sessions.clone())),
            anonymous_role: options.config.anonymous_role,
            observer: options.observer,
            tracer,
        };
        let background = Background {
            store: store.clone(),
            sessions: sessions.clone(),
            tasks: tasks.clone(),
            writer,
            exports,
            helpers,
            embedded,
        };
        let platform = Self {
            keys,
            apps,
            configurations: Configurations {
                store: store.clone(),
                registry: Arc::clone(&registry),
                tasks: tasks.clone(),
            },
            audits: Audits { store: store.clone(), recorder: Arc::clone(&recorder) },
            schemas: Schemas { databases: databases.clone(), store: store.clone() },
            policies: Policies { databases: databases.clone(), store: store.clone() },
            databases,
            environment: Environments::new(store.clone(), Arc::clone(&registry), vault.clone(), tasks.clone()),
            app_users: AppUsers::new(store.clone(), Arc::clone(&registry), vault.clone(), tasks.clone()),
            functions: Functions {
                store: store.clone(),
                registry: Arc::clone(&registry),
                recorder: Arc::clone(&recorder),
                tasks,
            },
            deploys: Deploys::new(store.clone(), sandbox, Arc::clone(&registry), vault, options.config.max_functions),
            calls,
            logs: Logs { store: store.clone(), streams: Streams::new(store.clone(), recorder.written()), recorder },
            metrics_token: options.config.metrics_token.as_ref().map(KnownToken::new),
            meter,
            sessions,
            limits: RequestLimits::new(options.config.call_rate, options.config.management_rate),
            owner,
            public_url: options.public_url.into(),
            public_url_fixed: options.config.public_url.is_some(),
            allowed_origins: options.config.allowed_origins,
            registry,
            store,
        };
        Ok((platform, background))
    }

    /// Apps and functions in memory.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Makes the first key of an empty installation: this one, or a random one, which is returned to be shown once.
    ///
    /// # Errors
    /// When the database fails, or there are no random bytes.
    pub async fn bootstrap(&self, key: Option<&ApiKeyText>) -> Result<Option<ApiKeyText>, PlatformError> {
        if self.store.keys().any().await? {
            return Ok(None);
        }
        let by = By::owner(self.owner);
        match key {
            Some(key) => {
                self.keys.create(key, "bootstrap", &KeyScope::Account, &by).await?;
                Ok(None)
            }
            None => {
                let key = ApiKeyText::random()?;
                self.keys.create(&key, "first key", &KeyScope::Account, &by).await?;
                Ok(Some(key))
            }
        }
    }
}

impl Background {
    /// Ends it: running work ends within its limits, every record is written, the database is left in order.
    pub async fn close(self) {
        self.tasks.close();
        self.tasks.wait().await;
        tokio::join!(self.writer.close(), self.exports.close());
        self.helpers.iter().for_each(JoinHandle::abort);
        self.sessions.close().await;
        self.store.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// Connects to a database, or runs one.
///
/// # Errors
/// When it cannot be reached or run.
pub async fn open_database(database: Database) -> Result<Opened, PlatformError> {
    match database {
        Database::Url(url) => {
            Ok(Opened { store: Store::connect_url(url.expose(), CONNECTIONS).await?, embedded: None })
        }
        Database::Embedded { state_dir, cache_dir } => {
            let options = EmbeddedOptions { state_dir, cache_dir, bin_dir: None, allow_download: true, durable: true };
            let embedded = EmbeddedPostgres::start(options).await?;
            let store = Store::connect(embedded.connect_options(PLATFORM_DATABASE), CONNECTIONS).await?;
            Ok(Opened { store, embedded: Some(embedded) })
        }
    }
}

/// Begins to set up the sandbox, whose compiled code is kept in this folder: on a machine that has never run it this takes
/// seconds, in which the database can be opened. The folder is made private.
pub fn prepare_sandbox(code_dir: PathBuf, config: &Config) -> Preparing {
    let max_instances = config.max_calls.saturating_add(SPARE_INSTANCES);
    Preparing(tokio::spawn(async move {
        private_dir(&code_dir)?;
        let images = code_dir.join("images");
        let sandbox = Sandbox::open(SandboxOptions { cache_dir: code_dir, max_instances }).await?;
        sandbox.tasks().spawn_blocking(move || remove_old_images(&images));
        Ok(sandbox)
    }))
}

/// Makes a folder that only this account can look into. Folders above it are ordinary ones.
///
/// # Errors
/// When it cannot be made.
pub fn private_dir(path: &Path) -> Result<(), PlatformError> {
    let make = || {
        if let Some(above) = path.parent() {
            std::fs::create_dir_all(above)?;
        }
        match std::fs::DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
    };
    make().map_err(|source| PlatformError::Folder { path: path.to_path_buf(), source })
}

fn remove_old_images(dir: &Path) {
    let now = SystemTime::now();
    let old = |path: &Path| {
        let written = path.metadata().and_then(|meta| meta.modified()).ok()?;
        Some(now.duration_since(written).ok()? > IMAGE_LIFETIME)
    };
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if old(&entry.path()) == Some(true) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
