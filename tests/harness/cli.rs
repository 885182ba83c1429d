//! The command line as somebody uses it who has a home folder and a server.

use crate::{process, server};
use anyhow::{Context, Result, ensure};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use tempfile::TempDir;

/// Somebody.
pub struct Somebody {
    home: TempDir,
    endpoint: String,
    /// All that was printed for them.
    printed: Mutex<String>,
}

/// What came of a command.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: Option<i32>,
    /// The standard output.
    pub out: String,
    /// The standard error.
    pub err: String,
}

impl Ran {
    /// The command itself when it ended with this code.
    ///
    /// # Errors
    /// When it ended with another.
    pub fn expect(self, code: i32) -> Result<Self> {
        ensure!(self.code == Some(code), "it ended with {:?} instead of {code}: {}{}", self.code, self.out, self.err);
        Ok(self)
    }

    /// The standard output, which has all of these.
    ///
    /// # Errors
    /// When it has not.
    pub fn says(self, parts: &[&str]) -> Result<Self> {
        for part in parts {
            ensure!(self.out.contains(part), "no {part:?} in {:?}", self.out);
        }
        Ok(self)
    }

    /// The standard error, which has all of these.
    ///
    /// # Errors
    /// When it has not.
    pub fn complains(self, parts: &[&str]) -> Result<Self> {
        for part in parts {
            ensure!(self.err.contains(part), "no {part:?} in {:?}", self.err);
        }
        Ok(self)
    }

    /// The standard output as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.out).with_context(|| format!("not JSON: {:?} {:?}", self.out, self.err))
    }
}

impl Somebody {
    /// Somebody who talks to this server, and has no key yet.
    ///
    /// # Errors
    /// When there is no room.
    pub fn new(endpoint: &str) -> Result<Self> {
        Ok(Self { home: tempfile::tempdir()?, endpoint: endpoint.to_owned(), printed: Mutex::default() })
    }

    /// Somebody who has logged in with the owner's key, and made this app.
    ///
    /// # Errors
    /// When that fails.
    pub fn with_app(endpoint: &str, app: &str) -> Result<Self> {
        let somebody = Self::new(endpoint)?;
        somebody.run_with(&["login"], server::KEY, &[])?.expect(0)?;
        somebody.run(&["apps", "create", app, "--use"])?.expect(0)?;
        Ok(somebody)
    }

    /// Their home folder, where commands run.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        std::fs::write(self.home().join(name), text).with_context(|| format!("writing `{name}`"))
    }

    /// All that was printed for them.
    pub fn printed(&self) -> String {
        self.printed.lock().map(|printed| printed.clone()).unwrap_or_default()
    }

    /// Runs a command until it ends.
    ///
    /// # Errors
    /// When it does not run.
    pub fn run(&self, words: &[&str]) -> Result<Ran> {
        self.run_with(words, "", &[])
    }

    /// Runs a command with something to read, and with variables.
    ///
    /// # Errors
    /// When it does not run.
    pub fn run_with(&self, words: &[&str], input: &str, variables: &[(&str, &str)]) -> Result<Ran> {
        let mut command = self.command(words)?;
        command.envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::piped()).spawn().context("running the program")?;
        if let Some(mut stdin) = child.stdin.take() {
            // Not every command reads.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output()?;
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if let Ok(mut printed) = self.printed.lock() {
            printed.push_str(&out);
            printed.push_str(&err);
        }
        Ok(Ran { code: output.status.code(), out, err })
    }

    /// Starts a command whose standard output can be read as it comes. It is killed with the test.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, words: &[&str]) -> Result<Child> {
        let mut command = self.command(words)?;
        process::tie(&mut command);
        command.stdin(Stdio::null()).spawn().context("running the program")
    }

    fn command(&self, words: &[&str]) -> Result<Command> {
        let mut command = server::clean(&server::binary()?);
        command
            .args(words)
            .current_dir(self.home())
            .env("HOME", self.home())
            .env_remove("XDG_CONFIG_HOME")
            .env("RAMEKIN_ENDPOINT", &self.endpoint)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }
}
