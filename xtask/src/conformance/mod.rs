//! `conformance`: runs public suites inside deployed functions of a real server and compares with what is expected.

mod areas;
mod expectations;
mod jose;
mod language;
mod meta;
mod native;
mod node;
mod node_files;
mod outcome;
mod parallel;
mod programs;
mod stage;
mod suite_server;
mod table;
mod test262;
mod wpt;

use anyhow::{Context as _, Result, bail};
use outcome::Outcome;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How many files of test262 are run when nothing else is asked for: the lists of what fails are of these.
const SAMPLE: usize = 5_500;

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of web-platform-tests.
    #[arg(long, value_name = "DIR")]
    wpt: Option<PathBuf>,
    /// The folder of test262, as Mozilla exports it.
    #[arg(long, value_name = "DIR")]
    test262: Option<PathBuf>,
    /// The folder `test` of Node's sources, or one with it.
    #[arg(long, value_name = "DIR")]
    node: Option<PathBuf>,
    /// How many files of test262 are run.
    #[arg(long, value_name = "N", default_value_t = SAMPLE)]
    sample: usize,
    /// The program `qjs` of QuickJS-NG, in the version that the engine has: the same files are run in it.
    #[arg(long, value_name = "FILE")]
    qjs: Option<PathBuf>,
    /// The folder of the sources of the package jose 4, built.
    #[arg(long, value_name = "DIR")]
    jose: Option<PathBuf>,
    /// Only these of web-platform-tests and of Node's suite: names of areas, or beginnings of paths.
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
    /// Runs one suite.
    type Run = fn(&Path, &Arguments) -> Result<bool>;
    let suites: [(&Option<PathBuf>, Run); 4] = [
        (&arguments.wpt, wpt::run),
        (&arguments.test262, test262::run),
        (&arguments.node, node::run),
        (&arguments.jose, jose::run),
    ];
    if suites.iter().all(|(folder, _)| folder.is_none()) {
        bail!("name the folder of a suite: --wpt DIR, --test262 DIR, --node DIR, --jose DIR");
    }
    let mut expected = true;
    for (folder, run) in suites {
        if let Some(folder) = folder {
            expected &= run(folder, arguments)?;
        }
    }
    if !expected {
        bail!("not everything is as expected; see above");
    }
    Ok(())
}

/// Writes what has been asked for of the outcomes, and shows what is not as expected, then the table. Says whether all is.
fn told(arguments: &Arguments, outcomes: &[Outcome], complaints: &[String], table: &str) -> Result<bool> {
    if let Some(path) = &arguments.report {
        std::fs::write(path, serde_json::to_vec_pretty(outcomes)?)?;
    }
    let mut out = std::io::stdout();
    for complaint in complaints {
        writeln!(out, "{complaint}")?;
    }
    write!(out, "{table}")?;
    Ok(complaints.is_empty())
}

fn write_or_remove(path: &Path, text: &str) -> Result<()> {
    if !text.is_empty() {
        std::fs::create_dir_all(path.parent().context("a file without a folder")?)?;
        std::fs::write(path, text)?;
    } else if path.exists() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

/// Where the functions and the expectations are.
fn folder() -> PathBuf {
    crate::inputs::root().join("tests/conformance")
}
