//! `ramekin serve`: a server that takes deploys over its API.

use super::exit_code::CliError;
use super::output::Terminal;
use super::{Common, folder, listen, public_url, raise_file_limit};
use crate::config::{self, Config, Variables, env_var};
use crate::platform::{Database, Platform, PlatformOptions, open_database, prepare_sandbox};
use crate::server::front::Front;
use crate::server::state::AppState;
use crate::{server, shutdown, telemetry};
use clap::Args;
use ramekin_model::Secret;
use std::path::PathBuf;
use std::sync::Arc;

/// Run a server that takes deploys over its API.
///
/// The first start makes an account key: RAMEKIN_BOOTSTRAP_KEY if it is set, else a new one that is shown once. Send it as
/// `Authorization: Bearer bb_sk_…`. Ending it (ctrl-c, SIGTERM) lets running calls end; a second signal ends it at once.
///
/// Further settings come from the environment: RAMEKIN_PUBLIC_URL (under which clients reach the server),
/// RAMEKIN_ENCRYPTION_KEY (64 hex characters; servers that share a database share it), RAMEKIN_OLD_ENCRYPTION_KEYS (older
/// keys that only decrypt, separated by commas; see `ramekin keys rotate`), RAMEKIN_MAX_CALLS (calls at once),
/// RAMEKIN_EGRESS_ALLOW and RAMEKIN_ALLOW_PRIVATE_NETWORK (where functions may connect to beyond the public internet),
/// RAMEKIN_DATABASE_CONNECTIONS (connections of functions to databases of apps, 20), RAMEKIN_ANONYMOUS_ROLE (`anon` has SQL
/// of functions that anonymous callers call obey row-level security; by default it runs with the rights of the app),
/// RAMEKIN_MAX_FUNCTIONS (functions of one app, 500), RAMEKIN_ALLOWED_ORIGINS (origins whose pages may read every route,
/// separated by commas; each app allows its own besides), RAMEKIN_LOG_RETENTION_DAYS (how long records of calls are kept, 7; 0
/// for ever), RAMEKIN_METRICS_TOKEN (opens GET /metrics, as account keys do), RAMEKIN_RATE_LIMIT (public calls of an app in a
/// minute, no limit), RAMEKIN_MANAGEMENT_RATE_LIMIT (requests to a management route of an app in a minute, 300; 0 for no
/// limit) and RAMEKIN_AUDIT_RETENTION_DAYS (how long events of the audit log are kept, 180; 0 for ever). Of OpenTelemetry's own
/// variables, docs/watching.md says which count here.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    common: Common,
    /// Folder of the embedded database, the encryption key and compiled code [default: ~/.local/share/ramekin, as root
    /// /var/lib/ramekin].
    #[arg(long, env = env_var::DATA_DIR)]
    data_dir: Option<PathBuf>,
    /// PostgreSQL to use, as postgres://user:password@host:5432/database. Without it an embedded one is run.
    #[arg(long, env = env_var::DATABASE_URL, hide_env_values = true, value_parser = secret)]
    database_url: Option<Secret<String>>,
    /// Collector of OpenTelemetry that traces and metrics are sent to, such as http://127.0.0.1:4318. Without it none are.
    #[arg(long, env = env_var::OTLP_ENDPOINT, hide_env_values = true)]
    otlp_endpoint: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
pub(super) fn secret(text: &str) -> Result<Secret<String>, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the server cannot start.
pub async fn run(serve: Serve, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    telemetry::start(serve.common.log_format, "info,sqlx=error", terminal.color());
    raise_file_limit();
    let variables = &match &serve.otlp_endpoint {
        Some(endpoint) => variables.clone().with(env_var::OTLP_ENDPOINT, endpoint),
        None => variables.clone(),
    };
    let config = Config::read(variables)?;
    let data_dir = folder(serve.data_dir, || config::default_data_dir(variables))?;
    let listener = listen(&serve.common.listen).await?;
    let url = public_url(&config, &listener)?;
    let database = match serve.database_url.filter(|url| !url.expose().is_empty()) {
        Some(url) => Database::Url(url),
        None => Database::Embedded {
            state_dir: data_dir.join("postgres"),
            cache_dir: config::default_cache_dir(variables).unwrap_or_else(|_| data_dir.join("downloads")),
        },
    };
    let sandbox = prepare_sandbox(data_dir.join("cache"), &config);
    let shutdown = shutdown::on_signal(|| {
        tracing::info!("stopping: running calls end first; a second signal ends at once");
    })?;
    let options = PlatformOptions {
        database: open_database(database).await?,
        sandbox,
        key_file: data_dir.join("secret.key"),
        public_url: url.clone(),
        config: config.clone(),
        observer: None,
    };
    let (platform, background) = Platform::open(options).await?;
    let platform = Arc::new(platform);
    if let Some(key) = platform.bootstrap(config.bootstrap_key.as_ref()).await? {
        terminal.first_key(key.expose());
    }
    let functions = platform.registry().functions();
    tracing::info!(functions, "serving {functions} functions on {url}");
    server::serve(listener, Front::new(AppState(Arc::clone(&platform))), shutdown).await;
    background.close().await;
    tracing::info!("stopped");
    Ok(())
}
