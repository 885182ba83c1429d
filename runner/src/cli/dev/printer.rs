//! What happens to the functions of a folder, on the terminal. A thread of its own prints, so that a slow terminal slows no
//! call; when it is too slow, lines are left out.

use crate::cli::output::{Style, Terminal, printable, status_style};
use crate::ops::call::Observer;
use chrono::Local;
use ramekin_model::{ConsoleLine, InvocationRecord, LogLevel};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Lines that may wait for the terminal.
const WAITING: usize = 10_000;
/// Column where texts begin, after the function's name.
const NAME_WIDTH: usize = 16;

/// Prints from any thread.
#[derive(Clone)]
pub struct Printer {
    terminal: Terminal,
    lines: SyncSender<String>,
}

impl Printer {
    /// Starts the thread. It ends when the last clone of the printer is gone.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(terminal: Terminal) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (lines, waiting): (_, Receiver<String>) = sync_channel(WAITING);
        let print = move || waiting.iter().for_each(|line| terminal.say(&line));
        let thread = thread::Builder::new().name("printer".into()).spawn(print)?;
        Ok((Self { terminal, lines }, thread))
    }

    /// Prints a text.
    pub fn say(&self, text: impl Into<String>) {
        // Full: the terminal is too slow, and the text is left out.
        let _ = self.lines.try_send(text.into());
    }

    /// A text in a style.
    pub fn paint(&self, style: Style, text: &str) -> String {
        self.terminal.paint(style, text)
    }

    /// A text about a function, with the time.
    pub fn about(&self, function: &str, text: &str) {
        self.say(event(&self.terminal, &Local::now().format("%H:%M:%S").to_string(), function, text));
    }
}

impl Observer for Printer {
    fn line(&self, function: &str, line: &ConsoleLine) {
        self.about(function, &console(&self.terminal, line));
    }

    fn ended(&self, function: &str, record: &InvocationRecord) {
        self.about(function, &call(&self.terminal, record));
    }
}

/// One event; further lines of its text stand below the first.
fn event(terminal: &Terminal, time: &str, function: &str, text: &str) -> String {
    let indent = format!("\n{}", " ".repeat(time.len() + 2 + NAME_WIDTH));
    let name = format!("{function:<width$}", width = NAME_WIDTH - 1);
    let text = text.trim_end().replace('\n', &indent);
    format!("{} {} {text}", terminal.paint(Style::Dim, time), terminal.paint(Style::Cyan, &name))
}

fn console(terminal: &Terminal, line: &ConsoleLine) -> String {
    let text = printable(&line.message);
    match line.level {
        LogLevel::Error => format!("{} {text}", terminal.paint(Style::Red, "error")),
        LogLevel::Warn => format!("{} {text}", terminal.paint(Style::Yellow, "warn")),
        LogLevel::Debug => format!("{} {text}", terminal.paint(Style::Dim, "debug")),
        LogLevel::Log | LogLevel::Info => format!("{} {text}", terminal.paint(Style::Dim, "log")),
    }
}

fn call(terminal: &Terminal, record: &InvocationRecord) -> String {
    let (status, style) = match record.status_code {
        None => ("gone".to_owned(), Style::Yellow),
        Some(status) => (status.to_string(), status_style(u64::from(status))),
    };
    let timing = format!("{} ms", record.duration_ms);
    let mut text =
        format!("{} {} {}", record.method, terminal.paint(style, &status), terminal.paint(Style::Dim, &timing));
    // `HTTP 404` says nothing that the status has not said.
    let error = record.error.as_deref().filter(|error| !error.starts_with("HTTP "));
    let stack = record.stack.as_deref().unwrap_or_default();
    // A stack begins with the error's text.
    let shown = error.filter(|error| !stack.contains(error)).into_iter().flat_map(str::lines).chain(stack.lines());
    for line in shown {
        let style = if line.trim_start().starts_with("at ") { Style::Dim } else { Style::Red };
        text.push('\n');
        text.push_str(&terminal.paint(style, &printable(line)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(level: LogLevel, message: &str) -> ConsoleLine {
        ConsoleLine { level, message: message.into(), timestamp: 0 }
    }

    #[test]
    fn texts_of_functions_cannot_take_over_the_terminal() {
        let shown = console(&Terminal::plain(), &line(LogLevel::Warn, "\x1b[2Ja\rb\tc"));
        assert_eq!(shown, "warn \u{FFFD}[2Ja\u{FFFD}b\tc");
    }

    #[test]
    fn a_failed_call_says_why_once() {
        let record = |error: &str, stack: Option<&str>| InvocationRecord {
            id: uuid::Uuid::nil(),
            function_id: uuid::Uuid::nil(),
            app_id: "app_000000000000".parse().unwrap(),
            user_id: None,
            method: "GET".into(),
            path: "/".into(),
            status_code: Some(500),
            request_bytes: 0,
            response_bytes: 0,
            duration_ms: 3,
            cpu_us: 0,
            memory_bytes: 0,
            error: Some(error.into()),
            stack: stack.map(str::to_owned),
            started_at: chrono::Utc::now(),
            console: Vec::new(),
            trigger: ramekin_model::TriggerType::Http,
            acted: None,
        };
        let shown = |error, stack| call(&Terminal::plain(), &record(error, stack));
        assert_eq!(shown("HTTP 500", None), "GET 500 3 ms");
        assert_eq!(shown("boom", None), "GET 500 3 ms\nboom");
        assert_eq!(
            shown("boom", Some("Error: boom\n    at x (a.ts:1:1)")),
            "GET 500 3 ms\nError: boom\n    at x (a.ts:1:1)"
        );
    }

    #[test]
    fn further_lines_stand_below_the_first() {
        let shown = event(&Terminal::plain(), "12:00:00", "hello", "one\ntwo\n");
        assert_eq!(shown, "12:00:00 hello           one\n                          two");
    }
}
