//! `conformance`: runs public suites inside deployed functions of a real server and compares with what is expected.

mod areas;
mod expectations;
mod meta;
mod outcome;
mod parallel;
mod programs;
mod suite_server;
mod table;
mod test262;
mod wpt;

use anyhow::{Result, bail};
use std::path::PathBuf;

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of web-platform-tests.
    #[arg(long, value_name = "DIR")]
    wpt: Option<PathBuf>,
    /// The folder of test262, as Mozilla exports it.
    #[arg(long, value_name = "DIR")]
    test262: Option<PathBuf>,
    /// How many files of test262 are run.
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    sample: usize,
    /// The program `qjs` of QuickJS-NG, in the version that the engine has: the same files are run in it.
    #[arg(long, value_name = "FILE")]
    qjs: Option<PathBuf>,
    /// Only these of web-platform-tests: names of areas, or beginnings of paths.
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
    if arguments.wpt.is_none() && arguments.test262.is_none() {
        bail!("name the folder of a suite: --wpt DIR, --test262 DIR");
    }
    let mut expected = true;
    if let Some(suite) = &arguments.wpt {
        expected &= wpt::run(suite, arguments)?;
    }
    if let Some(suite) = &arguments.test262 {
        expected &= test262::run(suite, arguments)?;
    }
    if !expected {
        bail!("not everything is as expected; see above");
    }
    Ok(())
}

/// Where the functions and the expectations are.
fn folder() -> PathBuf {
    crate::inputs::root().join("tests/conformance")
}
