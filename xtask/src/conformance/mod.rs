//! `conformance`: runs public suites inside deployed functions of a real server and compares with what is expected.

mod areas;
mod expectations;
mod meta;
mod outcome;
mod suite_server;
mod table;
mod wpt;

use anyhow::{Result, bail};
use std::path::PathBuf;

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of web-platform-tests.
    #[arg(long, value_name = "DIR")]
    wpt: PathBuf,
    /// Only these: names of areas, or beginnings of paths.
    areas: Vec<String>,
    /// Takes what fails as what is expected to fail. New failures still need a reason, to be written by hand.
    #[arg(long)]
    bless: bool,
    /// A Python 3 with the package `wptserve`.
    #[arg(long, default_value = "python3")]
    python: String,
    /// Writes every outcome to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Runs the suites.
pub fn run(arguments: &Arguments) -> Result<()> {
    if !wpt::run(&arguments.wpt, arguments)? {
        bail!("not everything is as expected; see above");
    }
    Ok(())
}

/// Where the functions and the expectations are.
fn folder() -> PathBuf {
    crate::inputs::root().join("tests/conformance")
}
