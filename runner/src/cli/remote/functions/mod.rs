//! `ramekin functions`: deploying functions and looking after them.

mod delete;
mod deploy;
mod get;
mod invoke;
mod list;
mod logs;
mod settings;

use super::env::{self, FunctionEnv};
use crate::cli::exit_code::CliError;
use crate::cli::output::Terminal;
use crate::config::Variables;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Deploy functions, call them, and look after them.
#[derive(Debug, Args)]
pub struct Functions {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Deploy(deploy::Deploy),
    List(list::List),
    Get(get::Get),
    Delete(delete::Delete),
    Invoke(invoke::Invoke),
    Logs(logs::Logs),
    /// List and change the variables of a function.
    Env {
        #[command(subcommand)]
        verb: FunctionEnv,
    },
    Settings(settings::Settings),
}

/// A function, as the server shows it.
#[derive(Debug, Deserialize)]
pub struct Detail {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    triggers: Vec<Trigger>,
    #[serde(rename = "timeoutMs", default)]
    timeout_ms: u64,
    #[serde(rename = "memoryLimitMb", default)]
    memory_mb: u64,
    /// When its source was deployed.
    #[serde(rename = "deployedAt")]
    pub deployed_at: Option<DateTime<Utc>>,
    /// The newest call.
    #[serde(rename = "lastInvoked")]
    pub last_call: Option<DateTime<Utc>>,
    /// Calls since it was first deployed.
    #[serde(rename = "invocationCount", default)]
    pub calls: u64,
    /// Of these, calls that failed.
    #[serde(rename = "errorCount", default)]
    pub errors: u64,
    /// Mean of their durations, in milliseconds.
    #[serde(rename = "avgDuration", default)]
    pub average: f64,
    #[serde(rename = "envKeys", default)]
    env_keys: Vec<String>,
}

/// What starts a function.
#[derive(Debug, Deserialize)]
struct Trigger {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    config: Map<String, Value>,
    #[serde(default)]
    enabled: bool,
}

impl Trigger {
    /// Its type, and what matters most of it.
    fn short(&self) -> String {
        let detail =
            ["auth", "schedule", "provider", "event", "bucket"].iter().find_map(|field| self.config.get(*field));
        let detail = detail.and_then(Value::as_str).map(|text| format!(" ({text})")).unwrap_or_default();
        format!("{}{detail}{}", self.kind, if self.enabled { "" } else { ", disabled" })
    }
}

fn short(triggers: &[Trigger]) -> String {
    triggers.iter().map(Trigger::short).collect::<Vec<_>>().join(", ")
}

/// Does it.
///
/// # Errors
/// When it was not done.
pub async fn run(functions: Functions, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    match functions.verb {
        Verb::Deploy(verb) => deploy::run(verb, variables, terminal).await,
        Verb::List(verb) => list::run(verb, variables, terminal).await,
        Verb::Get(verb) => get::run(verb, variables, terminal).await,
        Verb::Delete(verb) => delete::run(verb, variables, terminal).await,
        Verb::Invoke(verb) => invoke::run(verb, variables, terminal).await,
        Verb::Logs(verb) => logs::run(verb, variables, terminal).await,
        Verb::Env { verb } => env::of_function(verb, variables, terminal).await,
        Verb::Settings(verb) => settings::run(verb, variables, terminal).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn triggers_in_short() {
        let triggers: Vec<Trigger> = serde_json::from_value(json!([
            { "type": "cron", "config": { "schedule": "* * * * *" }, "enabled": false },
            { "type": "http", "config": { "auth": "none" }, "enabled": true },
            { "type": "websocket", "config": {}, "enabled": true },
        ]))
        .unwrap();
        assert_eq!(short(&triggers), "cron (* * * * *), disabled, http (none), websocket");
    }
}
