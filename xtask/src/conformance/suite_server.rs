//! The suite's own server, `wptserve`, as a child process.

use anyhow::{Context, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// It ends when this is dropped.
pub struct SuiteServer {
    child: Child,
    /// It ends when this ends.
    input: Option<ChildStdin>,
    /// Where it listens, on the loopback address.
    pub ports: [u16; 2],
}

impl SuiteServer {
    /// Starts it for the suite in this folder.
    pub fn start(python: &str, suite: &Path) -> Result<Self> {
        let script = crate::inputs::root().join("tests/conformance/serve.py");
        let mut child = Command::new(python)
            .arg("-B")
            .arg(script)
            .arg(suite)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("running `{python}`"))?;
        let input = child.stdin.take();
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let Some(ports) = ports(&line) else {
            let _ = child.kill();
            let _ = child.wait();
            bail!(
                "the suite's server does not start; it needs Python 3 with the package `wptserve` (`--python` names another Python)"
            );
        };
        Ok(Self { child, input, ports })
    }
}

/// Of the line that says that it listens.
fn ports(line: &str) -> Option<[u16; 2]> {
    let mut words = line.split_whitespace();
    (words.next()? == "ready").then_some(())?;
    Some([words.next()?.parse().ok()?, words.next()?.parse().ok()?])
}

impl Drop for SuiteServer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_says_where_it_listens() {
        assert_eq!(super::ports("ready 8000 8001\n"), Some([8000, 8001]));
        for line in ["", "ready", "ready 8000", "ready 8000 http", "Traceback 1 2"] {
            assert_eq!(super::ports(line), None, "{line}");
        }
    }
}
