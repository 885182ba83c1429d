//! Questions to people.

use super::error::RemoteError;
use crate::cli::exit_code::CliError;
use crate::cli::output::Terminal;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{BufRead as _, IsTerminal as _, Read as _, stdin};
use tokio::task::spawn_blocking;

/// Longest secret that is read, in bytes.
const MAX_SECRET: u64 = 4_096;

/// A secret: typed unseen, or the first line of what is piped in.
///
/// # Errors
/// When there is none, or the reader is interrupted.
pub async fn secret(terminal: &Terminal, question: &str) -> Result<String, CliError> {
    let line = if stdin().is_terminal() {
        terminal.ask(question);
        let hidden = Hidden::new();
        let line = line().await;
        drop(hidden);
        // The end of the line was not seen either.
        terminal.note("");
        line?
    } else {
        line().await?
    };
    Ok(line.trim().to_owned())
}

/// Asks to type a text as a yes to something that cannot be undone.
///
/// # Errors
/// When something else was typed, or there is nobody to ask.
pub async fn confirm(terminal: &Terminal, doing: &str, question: &str, text: &str) -> Result<(), CliError> {
    if !stdin().is_terminal() {
        return Err(RemoteError::Unconfirmed(doing.to_owned()).into());
    }
    terminal.ask(question);
    if line().await?.trim() == text { Ok(()) } else { Err(RemoteError::Declined.into()) }
}

async fn line() -> Result<String, CliError> {
    let read = spawn_blocking(|| {
        let mut line = String::new();
        // Not a byte more than there may be, or a file by mistake would be read whole.
        stdin().lock().take(MAX_SECRET).read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        line = read => Ok(line.map_err(std::io::Error::other)??),
        // The thread goes on waiting for the line; nothing waits for the thread.
        signal = tokio::signal::ctrl_c() => {
            signal?;
            Err(RemoteError::Interrupted.into())
        }
    }
}

/// While it lives, what is typed is not shown.
struct Hidden(Option<Termios>);

impl Hidden {
    fn new() -> Self {
        let Ok(before) = tcgetattr(stdin()) else { return Self(None) };
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        let set = tcsetattr(stdin(), OptionalActions::Flush, &silent);
        Self(set.is_ok().then_some(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
        }
    }
}
