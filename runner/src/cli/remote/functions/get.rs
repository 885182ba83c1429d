//! `ramekin functions get`.

use super::super::client::Call;
use super::super::metrics::failed;
use super::super::table::pairs;
use super::super::{AppOptions, times};
use super::{Detail, short};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal};
use crate::config::Variables;
use clap::Args;
use ramekin_model::FunctionName;

/// Show a function.
#[derive(Debug, Args)]
pub struct Get {
    /// The function.
    function: FunctionName,
    /// Print its source, as it was deployed, and nothing else.
    #[arg(long, conflicts_with = "json")]
    source: bool,
    #[command(flatten)]
    options: AppOptions,
}

/// Does it.
///
/// # Errors
/// When there is no such function, or no answer.
pub async fn run(get: Get, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = get.options.open(variables, terminal)?;
    let (app, name) = (session.app().await?, get.function);
    let call = Call::get(format!("/v1/{}/functions/{name}", app.id), format!("looking at `{name}`"));
    let answer = session.send(call).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let detail: Detail = answer.read()?;
    if get.source {
        return Ok(session.terminal.put(detail.code.as_bytes())?);
    }
    let callable = detail.triggers.iter().any(|trigger| trigger.kind == "http");
    let address = format!("{}/v1/{}/fn/{name}", session.client.endpoint(), app.id);
    let limits = format!("{}, {} MiB", times::millis(detail.timeout_ms as f64), detail.memory_mb);
    let calls = match detail.calls {
        0 => "none".to_owned(),
        calls => format!("{calls}, on average {}; failed: {}", times::millis(detail.average), failed(&detail)),
    };
    let text = pairs(
        &session.terminal,
        [
            ("address", if callable { address } else { String::new() }),
            ("triggers", short(&detail.triggers)),
            ("limits", limits),
            ("variables", detail.env_keys.join(", ")),
            ("calls", calls),
            ("last call", times::exactly(detail.last_call)),
            ("deployed", times::exactly(detail.deployed_at)),
            ("about", detail.description.unwrap_or_default()),
        ],
    );
    session.print(&format!("{}\n{text}", session.paint(Style::Bold, name.as_str())))?;
    session.terminal.note(&format!("Its source: ramekin functions get {name} --source"));
    Ok(())
}
