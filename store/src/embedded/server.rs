//! The PostgreSQL processes: creating the cluster, starting, watching, restarting and stopping.
//!
//! All of it happens on one thread that lives as long as the server, because the kernel's signal "your parent has died"
//! comes when the thread that started the process ends, not when the program does.

use super::binaries::Binaries;
use super::error::{Doing, EmbeddedError};
use super::state_dir::StateDir;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tracing::{error, info, warn};

/// For `initdb`, and for the server to get ready; crash recovery on a loaded machine takes seconds.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// How long processes of a cluster that was not finished may still write to it.
const LEFT_OVER: Duration = Duration::from_secs(5);
/// How long to wait for the server of a process that was killed to go away.
const PREDECESSOR_TIMEOUT: Duration = Duration::from_secs(20);
/// After this long a predecessor is asked to go.
const PREDECESSOR_PATIENCE: Duration = Duration::from_secs(3);
/// A fast shutdown writes a checkpoint.
const FAST_SHUTDOWN: Duration = Duration::from_secs(10);
/// An immediate shutdown only ends processes.
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(5);
/// How often a server that is starting or stopping is looked at.
const TICK: Duration = Duration::from_millis(10);
/// How often a server that runs is looked at.
const WATCH: Duration = Duration::from_millis(250);
/// Pauses between restarts of a server that died grow from the first to the second.
const RESTART: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// The superuser, who only sets up the application's role.
pub(super) const SUPERUSER: &str = "postgres";

/// Everything needed to run the server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) state: StateDir,
    pub(super) binaries: Binaries,
    pub(super) durable: bool,
}

/// Why a wait ended early: the other side of the channel is gone.
struct Stopped;

/// Nothing is ever sent; that the sender is dropped means stop.
pub(super) type StopSignal = Receiver<Infallible>;

impl Server {
    /// Runs the server until it is told to stop. `ready` hears once whether it came up.
    pub(super) fn run(self, stop: &StopSignal, ready: oneshot::Sender<Result<(), EmbeddedError>>) {
        // Only now: a cluster that disappears while the server runs must not be replaced by an empty one.
        if self.state.major().is_none()
            && let Err(failure) = self.initdb(stop)
        {
            let _ = ready.send(Err(failure));
            return;
        }
        let mut ready = Some(ready);
        let (mut pause, longest) = RESTART;
        loop {
            match self.start(stop) {
                Ok(mut child) => {
                    pause = RESTART.0;
                    if let Some(ready) = ready.take() {
                        // A caller who does not wait any more has also dropped the stop signal's other side.
                        let _ = ready.send(Ok(()));
                    } else {
                        info!("PostgreSQL is running again");
                    }
                    match watch(&mut child, stop) {
                        Ok(status) => error!("PostgreSQL ended unexpectedly ({status}) and is started again"),
                        Err(Stopped) => return shut_down(&mut child),
                    }
                }
                Err(failure) => match ready.take() {
                    Some(ready) => {
                        let _ = ready.send(Err(failure));
                        return;
                    }
                    None => error!("PostgreSQL could not be started again: {failure}"),
                },
            }
            if wait(stop, pause).is_err() {
                return;
            }
            pause = longest.min(pause * 2);
        }
    }

    fn start(&self, stop: &StopSignal) -> Result<Child, EmbeddedError> {
        let begun = Instant::now();
        let mut stale = None;
        loop {
            let mut log = self.state.open_log()?;
            let log_start = log.seek(SeekFrom::End(0)).doing("read", &self.state.log())?;
            let mut child = self.spawn(log, stale)?;
            let ended = loop {
                if wait(stop, TICK).is_err() {
                    shut_down(&mut child);
                    return Err(EmbeddedError::Cancelled);
                }
                if let Some(status) = child.try_wait().doing("watch", &self.binaries.dir)? {
                    break status;
                }
                if is_ready(&self.state.data(), child.id()) {
                    return Ok(child);
                }
                if begun.elapsed() > START_TIMEOUT {
                    shut_down(&mut child);
                    return Err(self.failed(format!("it was not ready after {START_TIMEOUT:?}")));
                }
            };
            let said = read_from(&self.state.log(), log_start);
            if !is_predecessor_running(&said) || begun.elapsed() > PREDECESSOR_TIMEOUT {
                let last = said.lines().rev().find(|line| line.contains("FATAL") || line.contains("PANIC"));
                return Err(self.failed(last.or(said.lines().last()).map_or_else(|| ended.to_string(), str::to_owned)));
            }
            match Predecessor::of(&self.state.data()) {
                Some(Predecessor::Running(pid)) if begun.elapsed() > PREDECESSOR_PATIENCE => {
                    // We hold the lock of the state directory, so nobody needs it.
                    warn!("ending PostgreSQL process {}, which an earlier server left behind", pid.as_raw_nonzero());
                    let _ = kill_process(pid, Signal::INT);
                }
                Some(Predecessor::Gone(pid)) => stale = Some(pid),
                Some(Predecessor::Running(_)) | None => {}
            }
            if wait(stop, WATCH).is_err() {
                return Err(EmbeddedError::Cancelled);
            }
        }
    }

    fn failed(&self, reason: String) -> EmbeddedError {
        EmbeddedError::Start { reason, log: self.state.log() }
    }

    fn spawn(&self, log: File, stale: Option<Pid>) -> Result<Child, EmbeddedError> {
        let program = self.binaries.dir.join("postgres");
        let socket_dir = format!("unix_socket_directories={}", self.state.socket_dir().display());
        let mut settings = vec![
            "listen_addresses=",
            &socket_dir,
            "unix_socket_permissions=0700",
            "max_connections=100",
            // Statements and rows may hold what must not be in a log.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
        ];
        if !self.durable {
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        }
        let mut command = self.state.account.command(&program);
        command.arg("-D").arg(self.state.data());
        for setting in settings {
            command.arg("-c").arg(setting);
        }
        if let Some(pid) = stale {
            // Its lock file counts as left over then; whether its memory is still in use is checked all the same.
            command.env("PG_GRANDPARENT_PID", pid.as_raw_nonzero().to_string());
        }
        // A group of its own: what the terminal sends to us on Ctrl-C must not reach it before we have finished.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        die_with_parent(&mut command, Signal::INT);
        command.spawn().doing("run", &program)
    }

    /// Creates the cluster beside its place and then moves it there: a directory that is there is complete.
    fn initdb(&self, stop: &StopSignal) -> Result<(), EmbeddedError> {
        let (password_file, _) = self.state.password(SUPERUSER)?;
        let (new, log) = (self.state.path().join("data.new"), self.state.log());
        remove_left_over(&new).doing("remove", &new)?;
        let program = self.binaries.dir.join("initdb");
        let mut command = self.state.account.command(&program);
        command.arg("-D").arg(&new).arg("--pwfile").arg(password_file).args(["--username", SUPERUSER]);
        // The C locale, because an index in another order would break when a library of the system changes.
        command.args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-instructions"]);
        if !self.durable {
            command.arg("--no-sync");
        }
        let mut output = self.state.open_log()?;
        let log_start = output.seek(SeekFrom::End(0)).doing("read", &log)?;
        // A group of its own, for initdb has children that must go with it.
        command.process_group(0).stdin(Stdio::null()).stdout(output.try_clone().doing("open", &log)?).stderr(output);
        die_with_parent(&mut command, Signal::KILL);
        let mut child = command.spawn().doing("run", &program)?;
        let failed = |output| EmbeddedError::Initdb { dir: self.state.path().to_owned(), output };
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().doing("watch", &program)? {
                if status.success() {
                    break;
                }
                return Err(failed(format!("{status}: {}", read_from(&log, log_start).trim())));
            }
            let stopped = wait(stop, TICK).is_err();
            if stopped || begun.elapsed() > START_TIMEOUT {
                let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
                let _ = child.wait();
                return Err(if stopped { EmbeddedError::Cancelled } else { failed("it took too long".into()) });
            }
        }
        fs::rename(&new, self.state.data()).doing("create", &self.state.data())
    }
}

/// Removes a cluster that was not finished. Children of an initdb that was killed may be writing to it for a moment longer.
fn remove_left_over(dir: &Path) -> std::io::Result<()> {
    let begun = Instant::now();
    loop {
        match fs::remove_dir_all(dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty && begun.elapsed() < LEFT_OVER => {
                std::thread::sleep(TICK);
            }
            removed => return removed,
        }
    }
}

/// Makes the kernel send a signal when the calling thread ends, however it ends.
#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command, signal: Signal) {
    let parent = rustix::process::getpid();
    let arm = move || {
        rustix::process::set_parent_process_death_signal(Some(signal))?;
        // It may have died before the line above.
        if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(std::io::ErrorKind::Interrupted.into()) }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. The closure makes two system calls, allocates
    // nothing, takes no lock, and its error is made without allocating.
    unsafe { command.pre_exec(arm) };
}

/// There is no such signal here: a server that outlives us is ended at the next start.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command, _signal: Signal) {}

/// Waits, unless told to stop.
fn wait(stop: &StopSignal, time: Duration) -> Result<(), Stopped> {
    match stop.recv_timeout(time) {
        Err(RecvTimeoutError::Timeout) => Ok(()),
        Err(RecvTimeoutError::Disconnected) => Err(Stopped),
        Ok(never) => match never {},
    }
}

/// Waits for a running server to die, and reaps it.
fn watch(child: &mut Child, stop: &StopSignal) -> Result<ExitStatus, Stopped> {
    loop {
        wait(stop, WATCH)?;
        if let Ok(Some(status)) = child.try_wait() {
            return Ok(status);
        }
    }
}

/// Ends the server: politely, then less so. Returns when it has gone.
fn shut_down(child: &mut Child) {
    let pid = Pid::from_child(child);
    for (signal, patience) in [(Signal::INT, FAST_SHUTDOWN), (Signal::QUIT, IMMEDIATE_SHUTDOWN)] {
        // The child has not been waited for, so the id is still its own.
        let _ = kill_process(pid, signal);
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(TICK);
        }
        warn!("PostgreSQL did not end within {patience:?}");
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Whether the server of this process id says in its status file that it takes connections.
fn is_ready(data: &Path, pid: u32) -> bool {
    let Ok(status) = fs::read_to_string(data.join("postmaster.pid")) else {
        return false;
    };
    let mut lines = status.lines();
    lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid)
        && lines.nth(6).is_some_and(|status| status.trim() == "ready")
}

/// What PostgreSQL says when the processes of an earlier server still use the cluster, or seem to.
fn is_predecessor_running(said: &str) -> bool {
    said.lines().any(|line| line.contains("lock file \"") && line.contains("\" already exists"))
        || said.contains("pre-existing shared memory block")
}

/// The server that left its lock file in the cluster.
enum Predecessor {
    Running(Pid),
    /// Its process id is somebody else's now. In a container, where ids are few, it may even be that of one of our
    /// threads, and PostgreSQL would wait for it to end for ever.
    Gone(Pid),
}

impl Predecessor {
    fn of(data: &Path) -> Option<Self> {
        let status = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let pid = Pid::from_raw(status.lines().next()?.trim().parse().ok()?)?;
        let raw = pid.as_raw_nonzero();
        let command_line = if cfg!(target_os = "linux") {
            fs::read(format!("/proc/{raw}/cmdline")).ok()?
        } else {
            Command::new("ps").args(["-o", "args=", "-p", &raw.to_string()]).output().ok()?.stdout
        };
        let command_line = String::from_utf8_lossy(&command_line);
        let is_ours = command_line.contains("postgres") && command_line.contains(&*data.to_string_lossy());
        Some(if is_ours { Self::Running(pid) } else { Self::Gone(pid) })
    }
}

/// What was written to the log since it had this length; the last 16 KiB of it.
fn read_from(log: &Path, start: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(log) {
        let end = file.seek(SeekFrom::End(0)).unwrap_or(start);
        let _ = file.seek(SeekFrom::Start(start.max(end.saturating_sub(16 * 1024))));
        let _ = file.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
