//! Starts the bundler's process for one request and ends it, whatever it does: the server's own process parses nothing of
//! packages.

use crate::child::{CPU_SECONDS, MEMORY, STACK, THREADS};
use crate::request::{Answer, Bundle, Problem, Request};
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// Processes at once.
const PARALLEL: usize = 2;
/// Wall-clock time of one, in which others may have the processor.
const WALL: Duration = Duration::from_secs(40);
/// Largest answer, in bytes.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// As much as is read of what it says on its standard error.
const MAX_SAID: u64 = 4096;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The sources are wrong.
    #[error("the sources have {} problems", .0.len())]
    Problems(Vec<Problem>),
    /// It took too long.
    #[error("bundling takes more than {CPU_SECONDS} seconds of processor time")]
    TooLong,
    /// It needed too much memory.
    #[error("bundling takes more than {} MB of memory", MEMORY / 1024 / 1024)]
    TooMuchMemory,
    /// A stack was used up.
    #[error("something in the sources is nested too deeply to be bundled")]
    TooDeep,
    /// The bundle is too large.
    #[error("the bundle is larger than {} MB", MAX_ANSWER / 1024 / 1024)]
    TooLarge,
    /// It ended without an answer.
    #[error("the bundler failed: {0}")]
    Died(String),
    /// It could not be started or talked to.
    #[error("the bundler cannot be run: {0}")]
    Run(#[from] io::Error),
}

impl ProcessError {
    /// Whether the sources are the reason, and not this machine.
    pub fn is_of_sources(&self) -> bool {
        !matches!(self, Self::Run(_))
    }
}

/// Starts bundlers.
#[derive(Debug, Clone)]
pub struct Bundlers {
    program: PathBuf,
    arguments: Vec<OsString>,
    turns: Arc<Semaphore>,
    wall: Duration,
}

impl Bundlers {
    /// Runs this program again, with these arguments. It has to call [`crate::child::run`].
    pub fn new(program: PathBuf, arguments: impl IntoIterator<Item = OsString>) -> Self {
        let turns = Arc::new(Semaphore::new(PARALLEL));
        Self { program, arguments: arguments.into_iter().collect(), turns, wall: WALL }
    }

    /// Runs the program of this process, with these arguments, also when its file was replaced since.
    ///
    /// # Errors
    /// When the operating system does not say which it is.
    pub fn of_this_program(arguments: impl IntoIterator<Item = OsString>) -> io::Result<Self> {
        let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        Ok(Self::new(program, arguments))
    }

    /// Bundles in a process of its own.
    ///
    /// # Errors
    /// See [`ProcessError`].
    pub async fn bundle(&self, request: &Request) -> Result<Bundle, ProcessError> {
        let text = serde_json::to_vec(request).map_err(io::Error::from)?;
        // Only closing a semaphore fails, and nobody closes it.
        let _turn = self.turns.acquire().await;
        let mut running = Running(self.command().spawn()?);
        let done = tokio::time::timeout(self.wall, running.talk(text)).await;
        let (status, answer, said) = done.unwrap_or(Err(ProcessError::TooLong))?;
        if answer.len() as u64 > MAX_ANSWER {
            return Err(ProcessError::TooLarge);
        }
        if !status.success() {
            return Err(ended(status, &said));
        }
        match serde_json::from_slice(&answer).map_err(|error| ProcessError::Died(error.to_string()))? {
            Answer::Done(bundle) => Ok(bundle),
            Answer::Wrong(problems) => Err(ProcessError::Problems(problems)),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            // Its threads and their stacks; nothing of ours.
            .env("RAYON_NUM_THREADS", THREADS.to_string())
            .env("RUST_MIN_STACK", STACK.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// A bundler that is ended when nobody waits for it any more.
struct Running(Child);

impl Running {
    async fn talk(&mut self, request: Vec<u8>) -> Result<(ExitStatus, Vec<u8>, String), ProcessError> {
        let (stdin, stdout, stderr) = (self.0.stdin.take(), self.0.stdout.take(), self.0.stderr.take());
        let ask = async {
            if let Some(mut stdin) = stdin {
                // It may end without reading all of it; how it ended says why.
                let _ = stdin.write_all(&request).await;
            }
        };
        let ((), answer, said) = tokio::join!(ask, read(stdout, MAX_ANSWER + 1), read(stderr, MAX_SAID));
        let answer = answer?;
        if answer.len() as u64 > MAX_ANSWER {
            return Err(ProcessError::TooLarge);
        }
        let status = self.0.wait().await?;
        Ok((status, answer, String::from_utf8_lossy(&said?).into_owned()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// What is said where no more memory is to be had: by the allocator, by the system, by the arenas of syntax trees.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of", "Cannot allocate memory", "out of memory"];

/// Why it ended without an answer.
fn ended(status: ExitStatus, said: &str) -> ProcessError {
    tracing::warn!("a bundler ended with {status}: {}", said.trim().replace('\n', "; "));
    if OUT_OF_MEMORY.iter().any(|words| said.contains(words)) {
        return ProcessError::TooMuchMemory;
    }
    if said.contains("overflowed its stack") {
        return ProcessError::TooDeep;
    }
    let signal = status.signal().and_then(Signal::from_named_raw);
    match signal {
        // At the limit, the first asks, the second does not.
        Some(Signal::XCPU | Signal::KILL) => ProcessError::TooLong,
        Some(Signal::SEGV) => ProcessError::TooDeep,
        _ => {
            let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            ProcessError::Died(said.chars().take(200).collect())
        }
    }
}

#[cfg(test)]
mod tests;
