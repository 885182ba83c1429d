//! `ramekin functions settings`.

use super::super::AppOptions;
use super::super::client::Call;
use crate::cli::exit_code::CliError;
use crate::cli::output::Terminal;
use crate::config::Variables;
use clap::{ArgAction, Args};
use ramekin_model::FunctionName;
use serde_json::json;

/// Change what a function allows, without deploying it anew.
#[derive(Debug, Args)]
pub struct Settings {
    /// The function.
    function: FunctionName,
    /// Whether keys of the app may act for its users.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    allow_impersonation: bool,
    #[command(flatten)]
    options: AppOptions,
}

/// Does it.
///
/// # Errors
/// When it was not done.
pub async fn run(settings: Settings, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = settings.options.open(variables, terminal)?;
    let (app, name) = (session.app().await?, settings.function);
    let body = json!({ "allow_service_key_impersonation": settings.allow_impersonation });
    let target = format!("/v1/{}/functions/{name}/settings", app.id);
    let answer = session.send(Call::patch(target, &body, format!("changing `{name}`"))).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let may = if settings.allow_impersonation { "may" } else { "may not" };
    session.print(&format!("Changed. Keys of the app {may} act for users when they call `{name}`."))
}
