//! Child processes: started so that they end with their parent, and looked at through `/proc`.

use anyhow::{Context, Result};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Makes a command's process the head of a group of its own, and one that is killed when the thread that starts it ends.
pub fn tie(command: &mut Command) {
    command.process_group(0);
    let parent = rustix::process::getpid();
    let arm = move || {
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        // The parent may have died before the line above.
        if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(std::io::ErrorKind::Interrupted.into()) }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are made, here the bare system calls prctl and getppid.
    unsafe { command.pre_exec(arm) };
}

/// Binds a command's process to one core.
pub fn pin(command: &mut Command, core: usize) {
    // SAFETY: between fork and exec only async-signal-safe calls are made, here the bare system call sched_setaffinity.
    unsafe { command.pre_exec(move || Ok(rustix::thread::sched_setaffinity(None, &only(core))?)) };
}

/// Binds a process that runs to one core, but not threads that it has besides its first.
///
/// # Errors
/// When it is gone.
pub fn pin_found(found: &Found, core: usize) -> Result<()> {
    let pid = rustix::process::Pid::from_raw(i32::try_from(found.pid)?).context("no process has the id 0")?;
    rustix::thread::sched_setaffinity(Some(pid), &only(core)).with_context(|| format!("moving {}", found.command))
}

/// Binds this thread to one core.
///
/// # Errors
/// When there is no such core.
pub fn pin_thread(core: usize) -> Result<()> {
    rustix::thread::sched_setaffinity(None, &only(core)).with_context(|| format!("running on core {core}"))
}

fn only(core: usize) -> rustix::thread::CpuSet {
    let mut set = rustix::thread::CpuSet::new();
    set.set(core);
    set
}

/// Waits for a process to end, but not longer than this. `None` means that it runs on.
///
/// # Errors
/// When it cannot be waited for.
pub fn wait(child: &mut Child, within: Duration) -> Result<Option<std::process::ExitStatus>> {
    let until = Instant::now() + within;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal to a process.
///
/// # Errors
/// When it is gone.
pub fn signal(child: &Child, signal: rustix::process::Signal) -> Result<()> {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).context("sending a signal")
}

/// Kills a process that is not our child.
///
/// # Errors
/// When it is gone.
pub fn kill(found: &Found) -> Result<()> {
    send(found, rustix::process::Signal::KILL).context("killing a process")
}

fn send(found: &Found, signal: rustix::process::Signal) -> Result<()> {
    let pid = rustix::process::Pid::from_raw(i32::try_from(found.pid)?).context("no process has the id 0")?;
    Ok(rustix::process::kill_process(pid, signal)?)
}

/// Processes that stand still until this is dropped.
#[derive(Debug)]
pub struct Still(Vec<Found>);

impl Still {
    /// Stops the processes of a folder whose command line holds this text, and those that they start meanwhile.
    pub fn of(folder: &Path, text: &str) -> Self {
        let mut still = Self(Vec::new());
        loop {
            let mut running = below(folder);
            running.retain(|found| found.command.contains(text) && still.0.iter().all(|known| known.pid != found.pid));
            // Whoever stands still starts no others.
            if running.is_empty() {
                return still;
            }
            for found in running {
                // It may have ended.
                let _ = send(&found, rustix::process::Signal::STOP);
                still.0.push(found);
            }
        }
    }

    /// Which.
    pub fn processes(&self) -> &[Found] {
        &self.0
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        for found in &self.0 {
            let _ = send(found, rustix::process::Signal::CONT);
        }
    }
}

/// Kills a process and everything in its group.
pub fn kill_group(child: &mut Child) {
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// A process that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its id.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}

/// Live processes that work below a folder or name it on their command line.
pub fn below(folder: &Path) -> Vec<Found> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let text = folder.to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) else { continue };
        let command = std::fs::read(path.join("cmdline")).unwrap_or_default();
        // A zombie has no command line; a process of another account may hide its folder.
        if command.is_empty() || pid == std::process::id() {
            continue;
        }
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let inside = std::fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        if inside || command.contains(&text) {
            found.push(Found { pid, command: command.trim().to_owned() });
        }
    }
    found
}

/// Waits until no process works below a folder any more. Returns those that still do.
pub fn none_below(folder: &Path, within: Duration) -> Vec<Found> {
    let until = Instant::now() + within;
    loop {
        let left = below(folder);
        if left.is_empty() || Instant::now() >= until {
            return left;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Resident memory of a process, in KiB.
///
/// # Errors
/// When it is gone.
pub fn resident_kib(pid: u32) -> Result<u64> {
    status_kib(pid, "VmRSS:")
}

/// Resident memory of a process that belongs to no file, in KiB. Pages of a file count as resident once for every place that
/// they are mapped at, though they are there only once.
///
/// # Errors
/// When it is gone.
pub fn own_kib(pid: u32) -> Result<u64> {
    status_kib(pid, "RssAnon:")
}

fn status_kib(pid: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("reading /proc")?;
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    let value = value.with_context(|| format!("a process without {field}"))?;
    value.trim().trim_end_matches("kB").trim().parse().with_context(|| format!("reading {field}"))
}

/// CPU time that a process has used.
///
/// # Errors
/// When it is gone.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("reading /proc")?;
    // The name in parentheses may hold anything; what is counted starts after it.
    let (_, rest) = stat.rsplit_once(") ").context("an odd /proc/stat")?;
    let ticks: u64 = rest.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second().max(1)))
}
