//! A private PostgreSQL as a child process, for when no database is given.
//!
//! It is an unmodified PostgreSQL: an installed one if there is one, else a pinned package from the npm registry. It listens
//! on a socket in a private directory and on no network, ends when the server ends, however that ends, and is started
//! again when it dies. The application connects as a role that is no superuser.

mod account;
#[cfg(test)]
pub(crate) mod bare;
mod binaries;
mod environment;
mod error;
mod package;
mod server;
mod setup;
mod state_dir;
#[cfg(test)]
mod tests;
mod unpack;

pub use error::EmbeddedError;

use environment::Environment;
use ramekin_model::Secret;
use server::{SUPERUSER, Server};
use sqlx::postgres::PgConnectOptions;
use state_dir::StateDir;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use tokio::sync::oneshot;
use tracing::info;

/// The role that the application connects as.
const ROLE: &str = "ramekin";
/// The database of the platform, which belongs to the application's role.
pub const PLATFORM_DATABASE: &str = "ramekin";

/// How to run the embedded PostgreSQL.
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    /// Where the database lives. Created if it is missing; must be empty or from an earlier start. A server that runs
    /// as root gives it to the account that PostgreSQL runs as.
    pub state_dir: PathBuf,
    /// Where downloaded PostgreSQL binaries are kept.
    pub cache_dir: PathBuf,
    /// Use the PostgreSQL binaries in this directory and no others.
    pub bin_dir: Option<PathBuf>,
    /// Whether binaries may be downloaded when none are found.
    pub allow_download: bool,
    /// Whether committed data survives a crash of the machine. False is faster, and for tests.
    pub durable: bool,
}

/// A running embedded PostgreSQL. Dropping it stops the server and waits for that, up to 15 seconds in the worst case;
/// prefer [`EmbeddedPostgres::stop`] where there is a runtime.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    thread: ServerThread,
    socket_dir: PathBuf,
    password: Secret<String>,
}

impl EmbeddedPostgres {
    /// Finds PostgreSQL, creates the database if there is none, and starts the server.
    ///
    /// # Errors
    /// See [`EmbeddedError`]; each says what to do.
    pub async fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        Self::start_in(options, Environment::of_process()).await
    }

    async fn start_in(options: EmbeddedOptions, environment: Environment) -> Result<Self, EmbeddedError> {
        let prepare = move || {
            let state = StateDir::open(&options.state_dir)?;
            let binaries = binaries::locate(&options, &environment, &state.account, state.major())?;
            Ok(Server { state, binaries, durable: options.durable })
        };
        let server: Server = blocking(prepare).await?;
        let (_, superuser) = server.state.password(SUPERUSER)?;
        let (_, password) = server.state.password(ROLE)?;
        let socket_dir = server.state.socket_dir().to_owned();
        info!(
            "running PostgreSQL {} from `{}` in `{}`",
            server.binaries.major,
            server.binaries.dir.display(),
            server.state.path().display()
        );
        let (thread, ready) = ServerThread::spawn(server)?;
        ready.await.unwrap_or(Err(EmbeddedError::Cancelled))?;
        setup::ensure(&socket_dir, &superuser, &password).await?;
        Ok(Self { thread, socket_dir, password: Secret::new(password) })
    }

    /// How to connect to a database as the application's role, which may create more of them. The platform's own is
    /// [`PLATFORM_DATABASE`].
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        setup::options(&self.socket_dir, ROLE, self.password.expose(), database)
    }

    /// Stops the server: connections are ended, everything is written, and when this returns its processes are gone.
    pub async fn stop(self) {
        let thread = self.thread;
        // Joining cannot fail in a way that matters here: the server is gone either way.
        let _ = blocking(move || {
            drop(thread);
            Ok(())
        })
        .await;
    }
}

/// The thread that runs the server. Dropping it stops the server and waits for it.
#[derive(Debug)]
struct ServerThread {
    /// Dropped to say stop.
    running: Option<mpsc::Sender<Infallible>>,
    handle: Option<JoinHandle<()>>,
}

impl ServerThread {
    fn spawn(server: Server) -> Result<(Self, oneshot::Receiver<Result<(), EmbeddedError>>), EmbeddedError> {
        let (running, stop) = mpsc::channel();
        let (ready_sender, ready) = oneshot::channel();
        let run = move || server.run(&stop, ready_sender);
        let handle = thread::Builder::new()
            .name("postgres".into())
            .spawn(run)
            .map_err(|source| EmbeddedError::Io { doing: "start a thread".into(), source })?;
        Ok((Self { running: Some(running), handle: Some(handle) }, ready))
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        self.running = None;
        if let Some(handle) = self.handle.take() {
            let _ = handle.join();
        }
    }
}

/// Runs something that blocks, off the runtime's own threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, EmbeddedError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(EmbeddedError::Cancelled))
}
