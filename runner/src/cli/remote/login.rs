//! `ramekin login` and `ramekin logout`. A key is read where nobody else can see it: from the terminal, unseen, from the
//! standard input or from the environment, and never from the command line, which every program of a machine can read.

use super::error::RemoteError;
use super::{Options, Session, key_of_environment, prompt};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal};
use crate::config::{ApiKeyText, Variables};
use clap::Args;
use serde_json::json;

/// Keep a key to a server, and talk to that server from now on.
///
/// Asks for the key; it can also be piped in (`ramekin login < file`) or be in RAMEKIN_API_KEY. `ramekin serve` shows the
/// account's first key when it starts for the first time; `ramekin dev` writes it to a file. The key is kept in a file that
/// only you can read, and is shown to this server only.
#[derive(Debug, Args)]
pub struct Login {
    #[command(flatten)]
    options: Options,
}

/// Forget the key to a server.
///
/// The key itself stays valid: `ramekin keys revoke` ends it.
#[derive(Debug, Args)]
pub struct Logout {
    #[command(flatten)]
    options: Options,
}

/// Does it.
///
/// # Errors
/// When there is no key, or the server does not know it.
pub async fn login(login: Login, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let mut session = login.options.begin(None, variables, terminal)?;
    let key = match key_of_environment(variables)? {
        Some(key) => key,
        None => asked_for(&session).await?,
    };
    session.use_key(&key);
    let apps = session.apps().await?;
    let server = session.client.endpoint().to_owned();
    session.saved.log_in(&server, &key);
    // An app that was chosen before may be gone, or may not be this key's.
    let before = session.saved.app(&server).filter(|chosen| apps.iter().any(|app| app.id == chosen.id)).cloned();
    session.saved.choose(&server, before);
    match apps.as_slice() {
        [only] => session.choose(only)?,
        _ => session.place.write(&session.saved)?,
    }
    said(&session, &server, apps.len())
}

async fn asked_for(session: &Session) -> Result<ApiKeyText, CliError> {
    let question = format!("Key to {} (bb_sk_…, not shown): ", session.client.endpoint());
    let text = prompt::secret(&session.terminal, &question).await?;
    Ok(ApiKeyText::parse(&text).ok_or(RemoteError::NotAKey)?)
}

fn said(session: &Session, server: &str, apps: usize) -> Result<(), CliError> {
    let chosen = session.saved.app(server);
    if session.json {
        let body = json!({ "endpoint": server, "apps": apps, "app": chosen.map(|app| &app.id) });
        return session.answer(body.to_string().as_bytes());
    }
    let opens = match apps {
        0 => "no app yet".to_owned(),
        1 => "one app".to_owned(),
        apps => format!("{apps} apps"),
    };
    let next = match chosen {
        Some(app) => format!("You work on `{}`.", app.name),
        None if apps == 0 => "Make one with `ramekin apps create NAME`.".into(),
        None => "Choose one with `ramekin apps use NAME`.".into(),
    };
    session.print(&format!("Logged in to {}. The key opens {opens}. {next}", session.paint(Style::Cyan, server)))?;
    session.terminal.note(&format!("The key is kept in {}.", session.place.file().display()));
    Ok(())
}

/// Does it.
///
/// # Errors
/// When what is kept cannot be read or written.
pub fn logout(logout: Logout, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let mut session = logout.options.begin(None, variables, terminal)?;
    let server = session.client.endpoint().to_owned();
    let known = session.saved.log_out(&server);
    session.place.write(&session.saved)?;
    if session.json {
        return session.answer(json!({ "endpoint": server, "forgotten": known }).to_string().as_bytes());
    }
    session.print(&if known {
        format!("The key to {server} is forgotten here. It is still valid; `ramekin keys revoke` would end it.")
    } else {
        format!("There was no key to {server}.")
    })
}
