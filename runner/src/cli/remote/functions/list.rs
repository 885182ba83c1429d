//! `ramekin functions list`.

use super::super::client::Call;
use super::super::table::Table;
use super::super::{AppOptions, times};
use super::{Trigger, short};
use crate::cli::exit_code::CliError;
use crate::cli::output::Terminal;
use crate::config::Variables;
use chrono::{DateTime, Utc};
use clap::Args;
use serde::Deserialize;

/// List the functions of an app.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    options: AppOptions,
}

#[derive(Deserialize)]
struct Listed {
    functions: Vec<Function>,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    triggers: Vec<Trigger>,
    #[serde(rename = "deployedAt")]
    deployed_at: Option<DateTime<Utc>>,
    #[serde(rename = "lastInvoked")]
    last_call: Option<DateTime<Utc>>,
    #[serde(rename = "lastStatus")]
    last_status: Option<u16>,
    #[serde(rename = "invocationCount", default)]
    calls: u64,
    /// Of the last day, as a fraction.
    #[serde(rename = "errorRate", default)]
    error_rate: f64,
    /// Of the last day, in milliseconds.
    #[serde(rename = "avgDuration", default)]
    average: f64,
}

/// Does it.
///
/// # Errors
/// When there is no answer.
pub async fn run(list: List, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = list.options.open(variables, terminal)?;
    let app = session.app().await?;
    let doing = format!("listing the functions of {}", app.shown());
    let answer = session.send(Call::get(format!("/v1/{}/functions", app.id), doing)).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let Listed { functions } = answer.read()?;
    if functions.is_empty() {
        let text = format!("{} has no functions yet. Deploy one with `ramekin functions deploy FILE`.", app.shown());
        return session.print(&text);
    }
    let heads = ["NAME", "TRIGGERS", ">CALLS", ">FAILED (24 H)", ">AVERAGE (24 H)", "LAST CALL", "DEPLOYED"];
    let mut table = Table::new(heads);
    for function in functions {
        let last = match function.last_status {
            Some(status) => format!("{}, {status}", times::ago(function.last_call)),
            None => times::ago(function.last_call),
        };
        let (failed, average) = match function.calls {
            0 => ("-".into(), "-".into()),
            _ => (format!("{:.1} %", function.error_rate * 100.0), times::millis(function.average)),
        };
        table.row([
            function.name,
            short(&function.triggers),
            function.calls.to_string(),
            failed,
            average,
            last,
            times::ago(function.deployed_at),
        ]);
    }
    session.print(&table.text(&session.terminal))
}
