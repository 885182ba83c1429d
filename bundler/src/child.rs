//! What runs in the bundler's own process: takes its limits upon itself, reads one request, answers it, ends.

use crate::request::{Answer, Problem, ProblemKind, Request};
use crate::{Bundler as _, Rolldown};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{self, Read as _, Write as _};
use std::panic::{Location, PanicHookInfo};
use std::process::ExitCode;

/// Processor time, in seconds: ten times what the largest packages need.
pub(crate) const CPU_SECONDS: u64 = 20;
/// Memory, in bytes: stacks, and all that is allocated. The largest packages need a fifth of it.
pub(crate) const MEMORY: u64 = 1536 * 1024 * 1024;
/// Open files.
const FILES: u64 = 256;
/// Largest request that is read, in bytes.
const MAX_REQUEST: u64 = 64 * 1024 * 1024;
/// Threads, each of the two kinds that the bundler has.
pub(crate) const THREADS: usize = 2;
/// The stack of each: syntax trees are walked by recursion.
pub(crate) const STACK: usize = 32 * 1024 * 1024;

/// The whole life of the process.
pub fn run() -> ExitCode {
    // What goes wrong here is the affair of a deploy: one line for the log of the server, not the words for its own panics.
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(io::stderr(), "{}, {}", said_by(panic), panic.location().map_or("somewhere", Location::file));
    }));
    if let Err(error) = limit() {
        return ended(&format!("the limits of the bundler cannot be set: {error}"));
    }
    let work = std::thread::Builder::new().name("bundle".into()).stack_size(STACK).spawn(work);
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) => ended(&error.to_string()),
        Ok(Err(_)) => ended("the bundler gave up"),
        Err(error) => ended(&error.to_string()),
    }
}

fn said_by<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    panic.payload_as_str().unwrap_or("the bundler gave up")
}

fn ended(why: &str) -> ExitCode {
    // Whoever started it may be gone.
    let _ = writeln!(io::stderr(), "{why}");
    ExitCode::FAILURE
}

/// Before anything is read: from here on, nothing that is read can take more.
fn limit() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let set = |resource, value| setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
    set(Resource::Core, 0)?;
    set(Resource::Cpu, CPU_SECONDS)?;
    // Where it is not enforced, as on macOS, the time limits remain.
    set(Resource::Data, MEMORY)?;
    set(Resource::Nofile, FILES)?;
    // No file can be written; the answer goes into a pipe.
    set(Resource::Fsize, 0)?;
    Ok(())
}

fn work() -> io::Result<()> {
    let mut text = Vec::new();
    io::stdin().lock().take(MAX_REQUEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_REQUEST {
        return answer(&Answer::Wrong(vec![Problem::general(ProblemKind::Other, "there is too much to bundle")]));
    }
    let request: Request = serde_json::from_slice(&text)?;
    drop(text);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .max_blocking_threads(THREADS)
        .thread_stack_size(STACK)
        .build()?;
    let done = runtime.block_on(Rolldown.bundle(request));
    answer(&done.map_or_else(Answer::Wrong, Answer::Done))?;
    // Tidying up is left to the operating system.
    std::mem::forget(runtime);
    Ok(())
}

fn answer(answer: &Answer) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    out.flush()
}
