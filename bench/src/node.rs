//! The peer: `node`, if it is on the machine.

use anyhow::{Context, Result};
use ramekin_tests::process;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = include_str!("node.mjs");

/// A running peer. Killed when dropped.
pub struct Node {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it says of itself.
    pub version: String,
}

impl Node {
    /// Starts it on one core with one of the adapters of its script; `None` when there is no `node` on the machine.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(core: usize, adapter: &str) -> Result<Option<Self>> {
        let Ok(version) = Command::new("node").arg("--version").output() else { return Ok(None) };
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        let mut command = Command::new("node");
        command
            .args(["--input-type=module", "--eval", SCRIPT, "--", adapter])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        process::tie(&mut command);
        process::pin(&mut command, core);
        let mut child = command.spawn().context("starting node")?;
        let stdout = child.stdout.take().context("node without an output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let port: u16 = line.trim().parse().with_context(|| format!("node did not come up: {line}"))?;
        Ok(Some(Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), version }))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        process::kill_group(&mut self.child);
    }
}
