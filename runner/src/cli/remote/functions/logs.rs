//! `ramekin functions logs`: the calls of a function with what it wrote, oldest first as a log is read.

mod events;
mod follow;

use super::super::client::Call;
use super::super::error::RemoteError;
use super::super::{App, AppOptions, Session, times};
use crate::cli::exit_code::CliError;
use crate::cli::output::{Style, Terminal, printable, status_style};
use crate::config::Variables;
use chrono::{DateTime, Utc};
use clap::Args;
use ramekin_model::{FunctionName, limits};
use serde::Deserialize;
use serde_json::Value;

/// Show the calls of a function, and what it wrote to the console.
///
/// Without --json the oldest of them comes first; with it, the server's page is printed, newest first, and with --follow one
/// call a line.
#[derive(Debug, Args)]
pub struct Logs {
    /// The function.
    function: FunctionName,
    /// Go on, and show calls as they end.
    #[arg(long, short)]
    follow: bool,
    /// Most calls to show.
    #[arg(long, short = 'n', default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=limits::MAX_LOG_PAGE as i64))]
    limit: u32,
    /// Only calls that began after this, such as 2030-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only calls that failed.
    #[arg(long)]
    errors: bool,
    /// Also of a function that is deleted.
    #[arg(long, conflicts_with = "follow")]
    deleted: bool,
    #[command(flatten)]
    options: AppOptions,
}

#[derive(Deserialize)]
struct Page {
    logs: Vec<Value>,
    #[serde(rename = "hasMore", default)]
    has_more: bool,
}

/// A call, as the log has it.
#[derive(Deserialize)]
struct Entry {
    timestamp: DateTime<Utc>,
    #[serde(default)]
    method: Option<String>,
    #[serde(rename = "statusCode", default)]
    status: Option<u64>,
    #[serde(default)]
    duration: u64,
    #[serde(rename = "memoryUsed", default)]
    memory: Option<f64>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    stack: Option<String>,
    #[serde(rename = "consoleLogs", default)]
    console: Vec<Line>,
    #[serde(rename = "requestId", default)]
    id: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    level: String,
    message: String,
}

/// Does it.
///
/// # Errors
/// When there is no such function, or no answer.
pub async fn run(logs: Logs, variables: &Variables, terminal: &Terminal) -> Result<(), CliError> {
    let session = logs.options.open(variables, terminal)?;
    let app = session.app().await?;
    let asked =
        Asked { session: &session, app: &app, name: &logs.function, errors: logs.errors, deleted: logs.deleted };
    if logs.follow {
        return follow::follow(&asked, logs.limit, logs.since.as_deref()).await;
    }
    let body = session.send(asked.call(logs.limit, logs.since.as_deref())).await?;
    if session.json {
        return session.answer(&body.body);
    }
    let page: Page = body.read()?;
    // A page has its newest first.
    for raw in page.logs.iter().rev() {
        asked.print(raw, &asked.entry(raw)?)?;
    }
    if page.has_more {
        terminal.note("There are older ones; -n shows more of them.");
    }
    if page.logs.is_empty() {
        let what = if logs.errors { "failed call" } else { "call" };
        let when = if logs.since.is_some() { " since then" } else { " yet" };
        return session.print(&format!("There is no {what} of `{}`{when}.", logs.function));
    }
    Ok(())
}

/// Whose log, and which calls of it.
struct Asked<'a> {
    session: &'a Session,
    app: &'a App,
    name: &'a FunctionName,
    errors: bool,
    deleted: bool,
}

impl Asked<'_> {
    fn call(&self, limit: u32, since: Option<&str>) -> Call {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &limit.to_string());
        if let Some(since) = since {
            query.append_pair("since", since);
        }
        if self.errors {
            query.append_pair("level", "error");
        }
        if self.deleted {
            query.append_pair("include_deleted", "true");
        }
        let target = format!("/v1/{}/functions/{}/logs?{}", self.app.id, self.name, query.finish());
        Call::get(target, format!("reading the log of `{}`", self.name))
    }

    /// A call of the log.
    fn entry(&self, raw: &Value) -> Result<Entry, RemoteError> {
        let odd = |error: serde_json::Error| RemoteError::Odd {
            doing: format!("reading the log of `{}`", self.name),
            why: error.to_string(),
        };
        Entry::deserialize(raw).map_err(odd)
    }

    fn print(&self, raw: &Value, entry: &Entry) -> Result<(), CliError> {
        let text = if self.session.json { raw.to_string() } else { shown(&self.session.terminal, entry) };
        self.session.print(&text)
    }

    /// Says that something is tried again, unless it was said.
    fn tell_once(&self, told: &mut bool, why: &RemoteError) {
        if !std::mem::replace(told, true) {
            self.session.terminal.warn(&format!("{why}\n  This is tried again until it works."));
        }
    }
}

impl Entry {
    /// What it is known by. Without an id, two calls that began in the same millisecond and took as long would be one.
    fn key(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("{} {}", self.timestamp, self.duration))
    }
}

/// A call, with what was written below it.
fn shown(terminal: &Terminal, entry: &Entry) -> String {
    let status = match entry.status {
        Some(status) => terminal.paint(status_style(status), &status.to_string()),
        // The client has left before there was an answer.
        None => terminal.paint(Style::Yellow, "---"),
    };
    let memory = entry.memory.map(|memory| format!("  {memory:.1} MiB")).unwrap_or_default();
    let figures = terminal.paint(Style::Dim, &format!("{}{memory}", times::millis(entry.duration as f64)));
    let method = printable(entry.method.as_deref().unwrap_or_default());
    let time = terminal.paint(Style::Dim, &times::clock(entry.timestamp));
    let mut lines = vec![format!("{time}  {method:<7} {status}  {figures}")];
    for line in &entry.console {
        let style = match line.level.as_str() {
            "error" => Style::Red,
            "warn" => Style::Yellow,
            _ => Style::Dim,
        };
        let level = terminal.paint(style, &format!("{:<5}", printable(&line.level)));
        lines.push(format!("    {level}  {}", below(&line.message, "           ")));
    }
    // `HTTP 404` says nothing that the status has not said, and a stack begins with the error's text.
    let error = entry.error.as_deref().filter(|error| !error.starts_with("HTTP "));
    let stack = entry.stack.as_deref().unwrap_or_default();
    let error = error.filter(|error| !stack.contains(error));
    for text in error.into_iter().chain((!stack.is_empty()).then_some(stack)) {
        lines.push(format!("    {}", terminal.paint(Style::Red, &below(text, "    "))));
    }
    lines.join("\n")
}

fn below(text: &str, indent: &str) -> String {
    printable(text).trim_end().replace('\n', &format!("\n{indent}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(value: Value) -> Entry {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_call_with_what_was_written() {
        let entry = entry(json!({
            "timestamp": "2030-01-31T12:00:00.000Z", "method": "POST", "statusCode": 500, "duration": 12, "memoryUsed": 1.25,
            "error": "boom", "stack": "Error: boom\n    at a.ts:1", "requestId": "1",
            "consoleLogs": [{ "level": "log", "message": "one\ntwo\u{1b}", "timestamp": 0 }],
        }));
        let text = shown(&Terminal::plain(), &entry);
        let (_, text) = text.split_once("  ").unwrap();
        assert_eq!(
            text,
            "POST    500  12 ms  1.2 MiB\n    log    one\n           two\u{fffd}\n    Error: boom\n        at a.ts:1"
        );
    }
}
