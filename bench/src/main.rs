//! `ramekin-bench`: measures the release binary and prints one table, each figure beside the bar it has to meet.
//!
//! Figures that compare are taken in one run and in turns, for machines are noisy; the others are medians. Ends with 1 when a
//! measurement fails, not when a bar is missed: a busy machine is no defect.

mod deploy;
mod fairness;
mod idle;
mod inside;
mod load;
mod node;
mod packages;
mod peers;
mod query;
mod records;
mod stats;
mod table;
mod throughput;
mod waiting;

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use std::io::Write as _;
use std::process::ExitCode;
use table::Row;

/// Measures Ramekin and prints one table.
///
/// Build first: `cargo build --release --workspace`. Takes about four minutes; other work on the machine shows in the figures.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these groups.
    #[arg(value_enum)]
    groups: Vec<Group>,
    /// Measures a build without optimisation too.
    #[arg(long)]
    debug: bool,
    /// Is the peer of `query`, on this database.
    #[arg(long, hide = true)]
    peer: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// One call, inside the process.
    Inside,
    /// Deploying over HTTP, and the first request.
    Deploy,
    /// Deploying with packages, and who notices.
    Packages,
    /// Requests per second of one core, beside Node.
    Throughput,
    /// A query, beside a handler in Rust.
    Query,
    /// Memory of a thousand calls that wait.
    Waiting,
    /// Memory and start of a server with a thousand functions.
    Idle,
    /// Eight calls that spin beside one that does not.
    Fairness,
    /// Records of calls while the database is slow.
    Records,
}

type Measure = fn() -> Result<Vec<Row>>;

const GROUPS: [(Group, Measure); 9] = [
    (Group::Inside, inside::measure),
    (Group::Deploy, deploy::measure),
    (Group::Packages, packages::measure),
    (Group::Throughput, throughput::measure),
    (Group::Query, query::measure),
    (Group::Waiting, waiting::measure),
    (Group::Idle, idle::measure),
    (Group::Fairness, fairness::measure),
    (Group::Records, records::measure),
];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "ramekin-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(url) = &arguments.peer {
        return query::serve(url);
    }
    ensure!(
        arguments.debug || !cfg!(debug_assertions),
        "this build is not optimised; run `cargo build --release --workspace && target/release/ramekin-bench`, or pass --debug"
    );
    let mut out = std::io::stdout();
    table::head(&mut out)?;
    for (group, measure) in GROUPS {
        if arguments.groups.is_empty() || arguments.groups.contains(&group) {
            for row in measure()? {
                row.write(&mut out)?;
            }
        }
    }
    Ok(())
}
