//! `npm-bar`: deploys functions that use real packages of the npm registry to a server of its own, calls them, and compares
//! what they answer, and what they send to others, with what is expected. A package is a folder in `tests/npm-bar/`.

mod entry;
mod outcome;
mod stage;
mod table;

use anyhow::{Result, bail, ensure};
use stage::Stage;
use std::io::Write as _;
use std::path::PathBuf;

/// What to try, and where to write what came of it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only these: names of packages, or of folders in `tests/npm-bar/`.
    packages: Vec<String>,
    /// Writes every outcome to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Tries them, one after the other, so that the times mean something.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mut entries = entry::all(&crate::inputs::root().join("tests/npm-bar"))?;
    if let Some(unknown) = arguments.packages.iter().find(|name| !entries.iter().any(|entry| entry.is_called(name))) {
        bail!("there is no `{unknown}` in tests/npm-bar/");
    }
    if !arguments.packages.is_empty() {
        entries.retain(|entry| arguments.packages.iter().any(|name| entry.is_called(name)));
    }
    let mut out = std::io::stdout();
    let stage = Stage::new()?;
    let mut outcomes = Vec::new();
    for entry in entries {
        let outcome = stage.attempt(&entry)?;
        writeln!(out, "{} {}: {}", entry.package, entry.version, outcome.result)?;
        outcomes.push(outcome);
    }
    if let Some(path) = &arguments.report {
        std::fs::write(path, serde_json::to_vec_pretty(&outcomes)?)?;
    }
    write!(out, "\n{}", table::render(&outcomes))?;
    let wrong = outcomes.iter().filter(|outcome| outcome.is_wrong()).count();
    ensure!(wrong == 0, "{wrong} of {} packages are not as expected; see above", outcomes.len());
    Ok(())
}
