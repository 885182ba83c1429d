//! `ramekin dev` on a folder, and what it prints.

use crate::client::{Answer, Client, Sent};
use crate::server::{self, Home, Setup};
use crate::{process, runtime};
use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long it may take to be ready: the first start on a machine compiles the engine.
const START: Duration = Duration::from_secs(180);
/// How long it may take to end.
const STOP: Duration = Duration::from_secs(60);

/// It runs until this is stopped or dropped.
pub struct Dev {
    child: Child,
    home: Arc<Home>,
    log: PathBuf,
}

impl Dev {
    /// Starts it on a folder, and waits until it is ready.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(home: &Arc<Home>, folder: &Path, setup: &Setup) -> Result<Self> {
        let log = home.path().join("dev.log");
        let out = File::create(&log)?;
        let mut command = server::command(&server::binary()?, home, setup);
        command.arg("dev").arg(folder).args(["--listen", "127.0.0.1:0"]);
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        process::tie(&mut command);
        let mut dev = Self { child: command.spawn().context("starting the program")?, home: Arc::clone(home), log };
        dev.wait_for("watching for changes", START)?;
        Ok(dev)
    }

    /// All that it has printed.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until it has printed this.
    ///
    /// # Errors
    /// When it does not, within this time.
    pub fn wait_for(&mut self, text: &str, within: Duration) -> Result<()> {
        let until = Instant::now() + within;
        while !self.printed().contains(text) {
            ensure!(self.child.try_wait()?.is_none(), "it has ended. It printed:\n{}", self.printed());
            ensure!(Instant::now() < until, "no {text:?} within {within:?}. It printed:\n{}", self.printed());
            std::thread::sleep(Duration::from_millis(25));
        }
        Ok(())
    }

    /// Calls a function at the address that was printed for it.
    ///
    /// # Errors
    /// When there is none, or no answer.
    pub fn call(&self, function: &str, query: &str) -> Result<Answer> {
        let printed = self.printed();
        let end = format!("/fn/{function}");
        let url = printed.split_whitespace().find(|word| word.starts_with("http://") && word.ends_with(&end));
        let url = url.with_context(|| format!("no address of `{function}` in:\n{printed}"))?;
        let (address, path) = url.trim_start_matches("http://").split_once('/').context("an address without a path")?;
        let sent = Sent::get(format!("/{path}{query}"));
        runtime()?.block_on(Client::new(address.parse()?).send(&sent))
    }

    /// Ends it as its user would, and checks that nothing of it is left.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(mut self) -> Result<()> {
        process::signal(&self.child, rustix::process::Signal::INT)?;
        let status = process::wait(&mut self.child, STOP)?.context("it still runs")?;
        if !status.success() {
            bail!("it ended with {status}. It printed:\n{}", self.printed());
        }
        let left = process::none_below(self.home.path(), Duration::from_secs(10));
        ensure!(left.is_empty(), "processes are left of it: {left:?}");
        Ok(())
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Gently first, so that the database ends with it.
        let _ = process::signal(&self.child, rustix::process::Signal::TERM);
        if !matches!(process::wait(&mut self.child, Duration::from_secs(20)), Ok(Some(_))) {
            process::kill_group(&mut self.child);
        }
    }
}
