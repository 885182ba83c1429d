//! Environment variables on a server, of an app or of one function. Their values are shown to nobody.

use super::client::Call;
use super::error::RemoteError;
use super::variables;
use super::{AppOptions, Session};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal, printable};
use crate::config::Variables;
use clap::{Args, Subcommand};
use ramekin_model::FunctionName;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// What can be done with the variables of an app.
#[derive(Debug, Subcommand)]
pub enum Env {
    List(ListVariables),
    Set(SetVariables),
    Unset(UnsetVariables),
}

/// What can be done with the variables of a function.
#[derive(Debug, Subcommand)]
pub enum FunctionEnv {
    /// List the names of a function's own variables.
    List {
        /// The function.
        function: FunctionName,
        #[command(flatten)]
        rest: ListVariables,
    },
    /// Set variables of a function; its other ones stay. The next call sees them.
    Set {
        /// The function.
        function: FunctionName,
        #[command(flatten)]
        rest: SetVariables,
    },
    /// Take variables of a function away.
    Unset {
        /// The function.
        function: FunctionName,
        #[command(flatten)]
        rest: UnsetVariables,
    },
}

/// List the names of an app's variables.
#[derive(Debug, Args)]
pub struct ListVariables {
    #[command(flatten)]
    options: AppOptions,
}

/// Set variables of an app; its other ones stay. The next call of each function sees them.
#[derive(Debug, Args)]
pub struct SetVariables {
    /// `NAME=value`; only `NAME` takes the value that it has here, so that a secret need not be in a command line.
    #[arg(value_name = "NAME=VALUE")]
    pairs: Vec<String>,
    /// File with `NAME=value` lines; `-` is the standard input. Can be given several times.
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
    #[command(flatten)]
    options: AppOptions,
}

/// Take variables of an app away.
#[derive(Debug, Args)]
pub struct UnsetVariables {
    /// Their names.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    options: AppOptions,
}

/// Whose variables.
enum Of {
    App,
    Function(FunctionName),
}

#[derive(Deserialize)]
struct Keys {
    #[serde(alias = "envKeys", alias = "updatedKeys")]
    keys: Vec<String>,
}

/// Does it for an app.
///
/// # Errors
/// When it was not done.
pub async fn of_app(env: Env, here: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    run(Of::App, env, here, terminal).await
}

/// Does it for a function.
///
/// # Errors
/// When it was not done.
pub async fn of_function(env: FunctionEnv, here: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let (function, env) = match env {
        FunctionEnv::List { function, rest } => (function, Env::List(rest)),
        FunctionEnv::Set { function, rest } => (function, Env::Set(rest)),
        FunctionEnv::Unset { function, rest } => (function, Env::Unset(rest)),
    };
    run(Of::Function(function), env, here, terminal).await
}

async fn run(of: Of, env: Env, here: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    match env {
        Env::List(list) => self::list(&of, &list.options.open(here, terminal)?).await,
        Env::Set(set) => {
            let pairs = variables::read(&set.pairs, &set.env_file, here)?;
            if pairs.is_empty() {
                return Err(RemoteError::Usage("there is nothing to set; give NAME=value, or --env-file".into()).into());
            }
            change(&of, &set.options.open(here, terminal)?, pairs).await
        }
        Env::Unset(unset) => {
            let pairs = unset.names.into_iter().map(|name| (name, Value::Null)).collect();
            change(&of, &unset.options.open(here, terminal)?, pairs).await
        }
    }
}

async fn list(of: &Of, session: &Session) -> Result<(), CliError> {
    let app = session.app().await?;
    let whose = of.whose(&app.shown());
    let doing = format!("listing the variables of {whose}");
    let call = match of {
        Of::App => Call::get(format!("/v1/{}/env", app.id), doing),
        Of::Function(name) => Call::get(format!("/v1/{}/functions/{name}", app.id), doing),
    };
    let answer = session.send(call).await?;
    let Keys { keys } = answer.read()?;
    if session.json {
        // The route of a function has much else.
        return match of {
            Of::App => session.answer(&answer.body),
            Of::Function(_) => session.answer(json!({ "envKeys": keys }).to_string().as_bytes()),
        };
    }
    if keys.is_empty() {
        return session.print(&format!("{} no variables.", capital(&format!("{whose} has"))));
    }
    let keys: Vec<String> = keys.iter().map(|key| session.paint(Style::Cyan, &printable(key))).collect();
    session.print(&keys.join("\n"))
}

async fn change(of: &Of, session: &Session, pairs: Map<String, Value>) -> Result<(), CliError> {
    let app = session.app().await?;
    let whose = of.whose(&app.shown());
    let target = match of {
        Of::App => format!("/v1/{}/env", app.id),
        Of::Function(name) => format!("/v1/{}/functions/{name}/env", app.id),
    };
    let body = json!({ "envVars": pairs });
    let answer = session.send(Call::patch(target, &body, format!("changing the variables of {whose}"))).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let Keys { keys } = answer.read()?;
    let list = match keys.as_slice() {
        [] => "none".to_owned(),
        keys => printable(&keys.join(", ")),
    };
    session.print(&format!("Changed. The variables of {whose} are now: {list}."))
}

impl Of {
    fn whose(&self, app: &str) -> String {
        match self {
            Self::App => format!("the app {app}"),
            Self::Function(name) => format!("`{name}`"),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
