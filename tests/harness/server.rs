//! A server: the `ramekin` binary beside the test executable, on a free port, with a data directory of its own.

use crate::client::{Client, Sent};
use crate::{engines, process};
use anyhow::{Context, Result, bail};
use std::borrow::Cow;
use std::fs::{File, OpenOptions, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to be ready: the first start on a machine compiles the engine.
const START: Duration = Duration::from_secs(180);
/// How long a server may take to end by itself.
const STOP: Duration = Duration::from_secs(60);
/// Ports tried, for another process may take the free one first.
const PORTS: usize = 5;

/// What outlives a server: its data and its log.
pub struct Home {
    dir: TempDir,
}

impl Home {
    /// A new one. As root the embedded database runs as another account, which must be able to enter it.
    ///
    /// # Errors
    /// When there is no room.
    pub fn new() -> Result<Arc<Self>> {
        let dir =
            tempfile::Builder::new().prefix("ramekin-test-").permissions(Permissions::from_mode(0o755)).tempdir()?;
        Ok(Arc::new(Self { dir }))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Where another server reaches the embedded database of this home, while the server with it runs.
    ///
    /// # Errors
    /// When there is none.
    pub fn database_url(&self) -> Result<String> {
        self.database_url_of("ramekin", &self.password("ramekin")?, "ramekin")
    }

    /// The same, of a superuser, who can make roles and databases.
    ///
    /// # Errors
    /// When there is none.
    pub fn superuser_url(&self) -> Result<String> {
        self.database_url_of("postgres", &self.password("postgres")?, "postgres")
    }

    /// Where a role reaches a database of the embedded PostgreSQL.
    ///
    /// # Errors
    /// When there is none.
    pub fn database_url_of(&self, role: &str, password: &str, database: &str) -> Result<String> {
        let socket = self.data().join("postgres/socket");
        anyhow::ensure!(socket.is_dir(), "the socket is somewhere else");
        Ok(format!("postgres://{role}:{password}@localhost/{database}?host={}", socket.display()))
    }

    fn password(&self, role: &str) -> Result<String> {
        let file = self.data().join("postgres").join(format!("{role}.password"));
        std::fs::read_to_string(file).context("reading the password")
    }

    fn cache(&self) -> PathBuf {
        self.data().join("cache")
    }

    fn log_path(&self) -> PathBuf {
        self.path().join("server.log")
    }

    /// Everything that the servers of this home have printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// The last lines of it.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n")
    }
}

/// How to start a server.
#[derive(Clone, Default)]
pub struct Setup {
    /// Environment variables besides those that every server gets.
    pub variables: Vec<(Cow<'static, str>, String)>,
    /// The only core that it may run on.
    pub core: Option<usize>,
}

impl Setup {
    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Bound to one core.
    #[must_use]
    pub fn on_core(mut self, core: usize) -> Self {
        self.core = Some(core);
        self
    }
}

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    home: Arc<Home>,
    /// How long it took from its start to its first answer that it is ready.
    pub ready_after: Duration,
}

/// The account key that every server starts with.
pub const KEY: &str = "bb_sk_00112233445566778899aabbccddeeff00112233";

impl Server {
    /// Starts a server in a home and waits until it is ready. The thread that calls this must live as long as the server:
    /// the operating system kills the server with it.
    ///
    /// # Errors
    /// When it does not start; the error holds what it printed.
    pub fn start(home: &Arc<Home>, setup: &Setup) -> Result<Self> {
        let binary = binary()?;
        engines::lend(&binary, &home.cache());
        for _ in 0..PORTS {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let before = home.log().len();
            let started = Instant::now();
            let child = spawn(&binary, address, home, setup)?;
            let mut server = Self { child, address, home: Arc::clone(home), ready_after: Duration::ZERO };
            if server.wait_ready()? {
                server.ready_after = started.elapsed();
                engines::keep(&binary, &home.cache());
                return Ok(server);
            }
            let log = home.log();
            let said = log.get(before..).unwrap_or_default();
            if !said.contains("cannot listen") {
                bail!("the server ended instead of starting. It printed:\n{said}");
            }
        }
        bail!("no free port was found in {PORTS} attempts")
    }

    /// Starts a server with data of its own.
    ///
    /// # Errors
    /// See [`Server::start`].
    pub fn new(setup: &Setup) -> Result<Self> {
        Self::start(&Home::new()?, setup)
    }

    /// True when it is ready, false when it has ended.
    fn wait_ready(&mut self) -> Result<bool> {
        let until = Instant::now() + START;
        let health = Sent::get("/health/ready").within(Duration::from_secs(5));
        loop {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            let answer = crate::runtime()?.block_on(self.client().send(&health));
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(true);
            }
            if Instant::now() >= until {
                bail!("the server was not ready after {START:?}. It printed:\n{}", self.home.log_tail());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its data and log.
    pub fn home(&self) -> &Arc<Home> {
        &self.home
    }

    /// Asks it to end, without waiting.
    ///
    /// # Errors
    /// When it is gone.
    pub fn terminate(&self) -> Result<()> {
        process::signal(&self.child, rustix::process::Signal::TERM)
    }

    /// Waits for it to end by itself.
    ///
    /// # Errors
    /// When it does not.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let ended = process::wait(&mut self.child, STOP)?;
        ended.with_context(|| {
            format!("the server still ran {STOP:?} after it was asked to end:\n{}", self.home.log_tail())
        })
    }

    /// Ends it as an operator would, and checks that nothing of it is left.
    ///
    /// # Errors
    /// When it fails, or leaves processes.
    pub fn stop(mut self) -> Result<()> {
        self.terminate()?;
        let status = self.wait()?;
        if !status.success() {
            bail!("the server ended with {status}:\n{}", self.home.log_tail());
        }
        let left = process::none_below(self.home.path(), Duration::from_secs(10));
        anyhow::ensure!(left.is_empty(), "processes are left of the server: {left:?}");
        Ok(())
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When it is gone already.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill().context("killing the server")?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Gently first, so that the database ends with it.
        let _ = self.terminate();
        if !matches!(process::wait(&mut self.child, Duration::from_secs(20)), Ok(Some(_))) {
            process::kill_group(&mut self.child);
        }
    }
}

/// Runs another verb of the program on the data of a home until it ends. Returns its exit code and what it printed.
///
/// # Errors
/// When it does not run.
pub fn run(home: &Home, arguments: &[&str], setup: &Setup) -> Result<(Option<i32>, String)> {
    let mut command = command(&binary()?, home, setup);
    let output = command.args(arguments).stdin(Stdio::null()).output().context("running the program")?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Ok((output.status.code(), text))
}

fn spawn(binary: &Path, address: SocketAddr, home: &Home, setup: &Setup) -> Result<Child> {
    let log: File = OpenOptions::new().create(true).append(true).open(home.log_path())?;
    let mut command = command(binary, home, setup);
    command.arg("serve").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.env("RAMEKIN_LISTEN", address.to_string());
    process::tie(&mut command);
    if let Some(core) = setup.core {
        process::pin(&mut command, core);
    }
    command.spawn().with_context(|| format!("starting `{}`", binary.display()))
}

/// The program without what the developer has set for their own server.
pub(crate) fn clean(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["RAMEKIN_", "OTEL_"].iter().any(|prefix| text.starts_with(prefix));
        if ours || name == "DATABASE_URL" || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
}

/// The program with the variables of this setup and none of the developer's.
pub(crate) fn command(binary: &Path, home: &Home, setup: &Setup) -> Command {
    let mut command = clean(binary);
    command
        .env("RAMEKIN_DATA_DIR", home.data())
        .env("RAMEKIN_BOOTSTRAP_KEY", KEY)
        // Many tests look after one app.
        .env("RAMEKIN_MANAGEMENT_RATE_LIMIT", "0")
        .envs(setup.variables.iter().map(|(name, value)| (&**name, value)));
    command
}

/// The binary that is tested: `ramekin` in the folder of the profile that this executable was built with.
///
/// # Errors
/// When it is not there.
pub fn binary() -> Result<PathBuf> {
    let executable = std::env::current_exe()?;
    let folder = executable.parent().context("an executable without a folder")?;
    // Tests lie in a folder of their own inside it.
    let profile = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    let binary = profile.join("ramekin");
    if !binary.is_file() {
        let release = if profile.ends_with("release") { " --release" } else { "" };
        bail!(
            "there is no server to test at `{}`; build it with `cargo build{release} -p ramekin-runner`, or run all tests with \
             `cargo test{release} --workspace`",
            binary.display()
        );
    }
    Ok(binary)
}
