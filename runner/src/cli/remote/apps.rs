//! `ramekin apps`: the apps of a server.

use super::client::Call;
use super::env::{self, Env};
use super::table::{Table, pairs};
use super::{App, AppOptions, Options, Session, prompt, times};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal, printable};
use crate::config::Variables;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use http::StatusCode;
use ramekin_model::AppId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// A new app gets a database, which may take a while.
const CREATE: Duration = Duration::from_secs(120);

/// Make apps, list them, choose the one to work on.
///
/// An app has functions, variables, users and a database of its own.
#[derive(Debug, Args)]
pub struct Apps {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(List),
    Create(Create),
    Use(Use),
    Status(Status),
    Delete(Delete),
    /// List and change the variables that every function of an app sees.
    Env {
        #[command(subcommand)]
        verb: Env,
    },
}

/// List the apps that the key opens.
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    options: Options,
}

/// Make an app, or find the one of this name.
///
/// It becomes the app to work on if none is chosen yet.
#[derive(Debug, Args)]
struct Create {
    /// Its name: a-z, 0-9, `_` and `-`.
    name: String,
    /// Its name in the domain of the server, if that has one: a-z, 0-9 and `-`.
    #[arg(long, value_name = "LABEL")]
    subdomain: Option<String>,
    /// Work on it from now on.
    #[arg(long = "use")]
    choose: bool,
    #[command(flatten)]
    options: Options,
}

/// Choose the app to work on when none is named.
#[derive(Debug, Args)]
struct Use {
    /// Its name or id.
    #[arg(value_name = "APP")]
    name: String,
    #[command(flatten)]
    options: Options,
}

/// Say whether an app's database can be used.
#[derive(Debug, Args)]
struct Status {
    #[command(flatten)]
    options: AppOptions,
}

/// Delete an app with its functions, users and database. This cannot be undone.
#[derive(Debug, Args)]
struct Delete {
    /// Its name or id.
    #[arg(value_name = "APP")]
    name: String,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    options: Options,
}

#[derive(Deserialize)]
struct Listed {
    apps: Vec<ListedApp>,
}

#[derive(Deserialize)]
struct ListedApp {
    id: AppId,
    #[serde(default)]
    name: String,
    #[serde(default)]
    provisioning_status: String,
    created_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Made {
    app_id: AppId,
    name: String,
    #[serde(default)]
    provisioning_status: String,
}

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    name: String,
    #[serde(default)]
    provisioning_status: String,
    provisioning_error: Option<String>,
}

/// Does it.
///
/// # Errors
/// When it was not done.
pub async fn run(apps: Apps, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    match apps.verb {
        Verb::List(verb) => list(&verb.options.open(variables, terminal)?).await,
        Verb::Create(verb) => {
            let body = form(&verb.name, verb.subdomain.as_deref());
            create(verb.options.open(variables, terminal)?, &verb.name, &body, verb.choose).await
        }
        Verb::Use(verb) => choose(verb.options.open(variables, terminal)?, &verb.name).await,
        Verb::Status(verb) => status(&verb.options.open(variables, terminal)?).await,
        Verb::Delete(verb) => delete(verb.options.open(variables, terminal)?, &verb.name, verb.yes).await,
        Verb::Env { verb } => env::of_app(verb, variables, terminal).await,
    }
}

async fn list(session: &Session) -> Result<(), CliError> {
    let answer = session.send(Call::get("/apps", "listing the apps")).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let Listed { apps } = answer.read()?;
    if apps.is_empty() {
        return session.print("There is no app yet. Make one with `ramekin apps create NAME`.");
    }
    let chosen = session.saved.app(session.client.endpoint());
    let mut table = Table::new(["NAME", "", "ID", "DATABASE", "CREATED"]);
    for app in apps {
        let mark = if chosen.is_some_and(|chosen| chosen.id == app.id) { "*" } else { "" };
        table.row([app.name, mark.into(), app.id.into(), app.provisioning_status, times::ago(app.created_at)]);
    }
    session.print(&table.text(&session.terminal))
}

fn form(name: &str, subdomain: Option<&str>) -> Value {
    match subdomain {
        None => json!({ "name": name }),
        Some(subdomain) => json!({ "name": name, "subdomain": subdomain }),
    }
}

async fn create(mut session: Session, name: &str, body: &Value, choose: bool) -> Result<(), CliError> {
    let call = Call::post("/init", body, format!("making the app `{name}`")).within(CREATE);
    let answer = session.send(call).await?;
    let made: Made = answer.read()?;
    let app = App { id: made.app_id, name: made.name };
    let first = session.saved.app(session.client.endpoint()).is_none();
    if choose || first {
        session.choose(&app)?;
    }
    if session.json {
        return session.answer(&answer.body);
    }
    let what = if answer.status == StatusCode::CREATED { "Made the app" } else { "There was the app already:" };
    let next = if choose || first { "You work on it now." } else { "`ramekin apps use` makes it the one to work on." };
    let database = match made.provisioning_status.as_str() {
        "ready" => "",
        _ => " Its database is not ready yet; `ramekin apps status` says when it is.",
    };
    let name = session.paint(Style::Cyan, &app.shown());
    session.print(&format!("{what} {name} ({}). {next}{database}", app.id))
}

async fn choose(mut session: Session, name: &str) -> Result<(), CliError> {
    let found = session.find(name).await?;
    // An id is looked up too: the server says whether the key opens it, and what it is called.
    let call = Call::get(format!("/apps/{}/status", found.id), format!("choosing {}", found.shown()));
    let answer = session.send(call).await?;
    let state: State = answer.read()?;
    let app = App { id: found.id, name: state.name };
    session.choose(&app)?;
    if session.json {
        return session.answer(&answer.body);
    }
    session.print(&format!("You work on {} ({}) now.", session.paint(Style::Cyan, &app.shown()), app.id))
}

async fn status(session: &Session) -> Result<(), CliError> {
    let app = session.app().await?;
    let call = Call::get(format!("/apps/{}/status", app.id), format!("looking at {}", app.shown()));
    let answer = session.send(call).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let state: State = answer.read()?;
    let database = match state.provisioning_error {
        None => state.provisioning_status,
        Some(why) => format!("{}: {why}", state.provisioning_status),
    };
    let text = pairs(
        &session.terminal,
        [("id", app.id.to_string()), ("server", session.client.endpoint().into()), ("database", database)],
    );
    session.print(&format!("{}\n{text}", session.paint(Style::Bold, &printable(&state.name))))
}

async fn delete(mut session: Session, name: &str, yes: bool) -> Result<(), CliError> {
    let app = session.find(name).await?;
    let doing = format!("deleting the app {}", app.shown());
    if !yes {
        let question =
            format!("This deletes {} with its functions, users and database. Type `{name}` to go on: ", app.shown());
        prompt::confirm(&session.terminal, &doing, &question, name).await?;
    }
    let answer = session.send(Call::delete(format!("/apps/{}", app.id), doing)).await?;
    let server = session.client.endpoint().to_owned();
    if session.saved.app(&server).is_some_and(|chosen| chosen.id == app.id) {
        session.saved.choose(&server, None);
        session.place.write(&session.saved)?;
    }
    if session.json {
        return session.answer(&answer.body);
    }
    let done = if answer.status == StatusCode::ACCEPTED { "is being deleted" } else { "is deleted" };
    session.print(&format!("The app {} {done}.", app.shown()))
}
