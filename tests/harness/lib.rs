//! Tests of Ramekin's running binary: starting and ending it, talking HTTP to it, and running cases.
//!
//! A case is a folder below `tests/cases/`; [`case::form`] says what its `case.toml` may hold. Whatever can be said as a
//! case is one; Rust is for what takes more than requests and answers: signals, measurements, broken bytes.

pub mod case;
pub mod cli;
pub mod client;
pub mod collector;
pub mod dev;
mod engines;
pub mod json;
pub mod owner;
pub mod process;
pub mod proxy;
pub mod raw;
pub mod registry;
pub mod report;
pub mod script;
pub mod server;
pub mod upstream;

pub use anyhow::{Context, Error, Result, bail, ensure};

/// The runtime that everything here runs on; it lives as long as the process.
///
/// # Errors
/// When the operating system refuses threads.
pub fn runtime() -> Result<&'static tokio::runtime::Runtime> {
    static RUNTIME: std::sync::OnceLock<tokio::runtime::Runtime> = std::sync::OnceLock::new();
    if RUNTIME.get().is_none() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        // Whoever comes second drops an idle runtime.
        let _ = RUNTIME.set(runtime);
    }
    RUNTIME.get().context("the runtime was set above")
}

/// Where the repository is.
pub fn repository() -> &'static std::path::Path {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}
