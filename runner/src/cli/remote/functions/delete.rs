//! `ramekin functions delete`.

use super::super::AppOptions;
use super::super::client::Call;
use crate::cli::exit_code::CliError;
use crate::cli::output::Terminal;
use crate::config::Variables;
use clap::Args;
use ramekin_model::FunctionName;

/// Delete a function. Its log stays, and deploying it again brings back its variables and figures.
#[derive(Debug, Args)]
pub struct Delete {
    /// The function.
    function: FunctionName,
    #[command(flatten)]
    options: AppOptions,
}

/// Does it.
///
/// # Errors
/// When there is no such function, or no answer.
pub async fn run(delete: Delete, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = delete.options.open(variables, terminal)?;
    let (app, name) = (session.app().await?, delete.function);
    let (target, doing) = (format!("/v1/{}/functions/{name}", app.id), format!("deleting `{name}`"));
    // The server calls it done when there was nothing to delete; here that is a mistyped name.
    session.send(Call::get(target.as_str(), doing.as_str())).await?;
    let answer = session.send(Call::delete(target, doing)).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    session.print(&format!(
        "Deleted `{name}` from {}. Its log stays: ramekin functions logs {name} --deleted",
        app.shown()
    ))
}
