//! `ramekin metrics`: how a function does.

use super::client::Call;
use super::functions::Detail;
use super::table::pairs;
use super::{AppOptions, times};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal};
use crate::config::Variables;
use clap::Args;
use ramekin_model::FunctionName;
use serde_json::{Value, json};

/// Show how often a function is called, how often that fails, and how long it takes.
#[derive(Debug, Args)]
pub struct Metrics {
    /// The function.
    function: FunctionName,
    #[command(flatten)]
    options: AppOptions,
}

/// Does it.
///
/// # Errors
/// When there is no such function, or no answer.
pub async fn run(metrics: Metrics, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = metrics.options.open(variables, terminal)?;
    let (app, name) = (session.app().await?, metrics.function);
    let call = Call::get(format!("/v1/{}/functions/{name}", app.id), format!("reading the figures of `{name}`"));
    let answer = session.send(call).await?;
    if session.json {
        let all: Value = answer.read()?;
        let fields = ["name", "invocationCount", "errorCount", "avgDuration", "lastInvoked", "deployedAt"];
        let figures = fields.map(|field| (field.to_owned(), all.get(field).cloned().unwrap_or_default()));
        return session.answer(json!(serde_json::Map::from_iter(figures)).to_string().as_bytes());
    }
    let detail: Detail = answer.read()?;
    let text = pairs(
        &session.terminal,
        [
            ("calls", detail.calls.to_string()),
            ("failed", failed(&detail)),
            ("on average", if detail.calls == 0 { String::new() } else { times::millis(detail.average) }),
            ("last call", times::exactly(detail.last_call)),
            ("deployed", times::exactly(detail.deployed_at)),
        ],
    );
    session.print(&format!("{}, since it was first deployed\n{text}", session.paint(Style::Bold, name.as_str())))
}

/// How many calls failed, and what share of all that is.
pub fn failed(detail: &Detail) -> String {
    if detail.errors == 0 {
        return "none".into();
    }
    format!("{} ({:.1} %)", detail.errors, detail.errors as f64 / detail.calls.max(1) as f64 * 100.0)
}
