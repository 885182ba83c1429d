//! `ramekin keys list`, `create` and `revoke`: the API keys of an account.

use super::client::Call;
use super::error::RemoteError;
use super::table::Table;
use super::{AppOptions, Options, Session, times};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal};
use crate::config::Variables;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::json;

/// List the API keys that are valid. A key itself is never shown again.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    options: Options,
}

/// Make an API key. It is shown this once.
#[derive(Debug, Args)]
pub struct Create {
    /// What it is for, such as `ci`.
    name: String,
    /// What it opens: every app of the account, or only the app that is worked on.
    #[arg(long, value_enum, default_value = "account")]
    scope: Scope,
    #[command(flatten)]
    options: AppOptions,
}

/// End an API key. Whoever uses it is refused from now on.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Its id, or its name.
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scope {
    Account,
    App,
}

#[derive(Deserialize)]
struct Listed {
    keys: Vec<ListedKey>,
}

#[derive(Deserialize)]
struct ListedKey {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    key_prefix: String,
    #[serde(default)]
    scopes: Vec<String>,
    last_used_at: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Made {
    key: String,
    #[serde(rename = "keyId")]
    id: String,
    name: String,
}

/// Does it.
///
/// # Errors
/// When it was not done.
pub async fn list(list: List, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = list.options.open(variables, terminal)?;
    let answer = session.send(Call::get("/api-keys", "listing the keys")).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let Listed { keys } = answer.read()?;
    let mut table = Table::new(["NAME", "KEY", "OPENS", "LAST USED", "CREATED", "ID"]);
    for key in keys {
        let opens =
            if key.scopes.iter().any(|scope| scope == "*") { "every app".into() } else { key.scopes.join(", ") };
        table.row([
            key.name.unwrap_or_default(),
            format!("{}…", key.key_prefix),
            opens.replace("app:", ""),
            times::ago(key.last_used_at),
            times::ago(key.created_at),
            key.id,
        ]);
    }
    session.print(&table.text(&session.terminal))
}

/// Does it.
///
/// # Errors
/// When it was not done.
pub async fn create(create: Create, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = create.options.open(variables, terminal)?;
    let (body, opens) = match create.scope {
        Scope::Account => (json!({ "name": create.name }), "every app".to_owned()),
        Scope::App => {
            let app = session.app().await?;
            let body = json!({ "name": create.name, "key_scope": "app", "target_app_id": app.id });
            (body, format!("the app {}", app.shown()))
        }
    };
    let answer = session.send(Call::post("/api-keys", &body, "making a key")).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    let made: Made = answer.read()?;
    session.print(&format!(
        "Made the key `{}`, which opens {opens}. It is shown this once; keep it:\n\n    {}\n\nTo end it: ramekin keys revoke {}",
        made.name,
        session.paint(Style::Bold, &made.key),
        made.id
    ))
}

/// Does it.
///
/// # Errors
/// When it was not done.
pub async fn revoke(revoke: Revoke, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = revoke.options.open(variables, terminal)?;
    let id = find(&session, &revoke.key).await?;
    let answer = session.send(Call::delete(format!("/api-keys/{id}"), "ending the key")).await?;
    if session.json {
        return session.answer(&answer.body);
    }
    session.print(&format!("The key {id} is revoked. Whoever uses it is refused from now on."))
}

/// The id of a key by id or name.
async fn find(session: &Session, text: &str) -> Result<uuid::Uuid, CliError> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let answer = session.send(Call::get("/api-keys", "listing the keys")).await?;
    let Listed { keys } = answer.read()?;
    let named: Vec<&ListedKey> = keys.iter().filter(|key| key.name.as_deref() == Some(text)).collect();
    let which = match named.as_slice() {
        [key] => key.id.parse().map_err(|_| "is an odd key"),
        [] => Err("is no key"),
        _ => Err("are several keys"),
    };
    Ok(which.map_err(RemoteError::WhichKey)?)
}
