//! `ramekin functions logs`: the calls of a function with what it wrote, oldest first as a log is read.
//!
//! To follow a log is to ask for its end again and again. A call is recorded when it is over, so one that began earlier than
//! others may come after them: the end that is asked for reaches back as far as a call can last, and what was shown is left
//! out.

use super::super::client::Call;
use super::super::error::RemoteError;
use super::super::{App, AppOptions, Session, times};
use super::Detail;
use crate::cli::exit_code::{CliError, ExitCode};
use crate::cli::output::{Style, Terminal, printable, status_style};
use crate::config::Variables;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::Args;
use ramekin_model::{FunctionName, limits};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// How often the end of a log is asked for.
const POLL: Duration = Duration::from_secs(1);
/// For a record to be written after its call.
const WRITTEN: u64 = 5_000;

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
    let body = session.send(asked.call(logs.limit, logs.since.as_deref())).await?;
    if session.json && !logs.follow {
        return session.answer(&body.body);
    }
    let page: Page = body.read()?;
    let mut seen = Seen::default();
    asked.show(&page, &mut seen)?;
    if page.has_more {
        terminal.note("There are older ones; -n shows more of them.");
    }
    if logs.follow {
        return asked.follow(seen, logs.since.as_deref()).await;
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

    /// Prints what was not seen, and says how much that was.
    fn show(&self, page: &Page, seen: &mut Seen) -> Result<usize, CliError> {
        let mut count = 0;
        // A page has its newest first.
        for raw in page.logs.iter().rev() {
            let odd =
                |error: serde_json::Error| RemoteError::Odd { doing: "reading the log".into(), why: error.to_string() };
            let entry = Entry::deserialize(raw).map_err(odd)?;
            if !seen.add(&entry) {
                continue;
            }
            let text = if self.session.json { raw.to_string() } else { shown(&self.session.terminal, &entry) };
            self.session.print(&text)?;
            count += 1;
        }
        Ok(count)
    }

    /// Goes on for ever.
    async fn follow(&self, mut seen: Seen, given: Option<&str>) -> Result<(), CliError> {
        let doing = format!("looking at `{}`", self.name);
        let target = format!("/v1/{}/functions/{}", self.app.id, self.name);
        let detail: Detail = self.session.send(Call::get(target, doing)).await?.read()?;
        let reach = detail.timeout_ms + u64::from(limits::BACKGROUND_MS) + WRITTEN;
        let reach = TimeDelta::milliseconds(i64::try_from(reach).unwrap_or_default());
        let mut away = false;
        loop {
            tokio::time::sleep(POLL).await;
            let since = seen.since(reach).map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true));
            let since = since.as_deref().or(given);
            let page = match self.session.client.send(self.call(limits::MAX_LOG_PAGE, since)).await {
                Ok(answer) => answer.read::<Page>()?,
                Err(error) if matches!(error.exit_code(), ExitCode::NoServer | ExitCode::NotNow) => {
                    if !away {
                        self.session.terminal.warn(&format!("{error}\n  This is tried again until it works."));
                    }
                    away = true;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            away = false;
            let shown = self.show(&page, &mut seen)?;
            if page.has_more && shown == page.logs.len() {
                self.session.terminal.warn("there are more calls than can be shown; some are left out");
            }
            seen.forget(reach);
        }
    }
}

/// Calls that were shown.
#[derive(Default)]
struct Seen {
    ids: HashMap<String, DateTime<Utc>>,
    /// When the oldest and the newest of all began, by the clock of the server.
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Seen {
    /// False when it was there.
    fn add(&mut self, entry: &Entry) -> bool {
        let time = entry.timestamp;
        self.span = Some(self.span.map_or((time, time), |(oldest, newest)| (oldest.min(time), newest.max(time))));
        // Without an id, two calls that began in the same millisecond and took as long would be one.
        let id = entry.id.clone().unwrap_or_else(|| format!("{time} {}", entry.duration));
        self.ids.insert(id, time).is_none()
    }

    /// Since when there may be calls that were not shown: any that is not recorded yet began later.
    fn since(&self, reach: TimeDelta) -> Option<DateTime<Utc>> {
        self.span.map(|(oldest, newest)| oldest.max(newest - reach))
    }

    /// Forgets what will not come again.
    fn forget(&mut self, reach: TimeDelta) {
        if let Some(since) = self.since(reach) {
            self.ids.retain(|_, time| *time >= since);
        }
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

    #[test]
    fn what_was_shown_is_not_shown_again() {
        let began = |minute: u32| {
            entry(json!({ "timestamp": format!("2030-01-31T12:{minute:02}:00.000Z"), "requestId": minute.to_string() }))
        };
        let reach = TimeDelta::minutes(10);
        let mut seen = Seen::default();
        assert_eq!(seen.since(reach), None);
        assert!(seen.add(&began(20)) && !seen.add(&began(20)));
        assert_eq!(seen.since(reach), Some(began(20).timestamp), "what is older was not asked for");
        assert!(seen.add(&began(40)) && seen.add(&began(35)), "one may end later than another that began later");
        assert_eq!(seen.since(reach), Some(began(30).timestamp));
        seen.forget(reach);
        assert!(!seen.add(&began(35)) && !seen.add(&began(40)) && seen.add(&began(20)));
    }
}
