//! `log`: lines written by a function. Never fails, never blocks; at most [`limits::MAX_CONSOLE_LINES`] lines of
//! [`limits::MAX_CONSOLE_LINE`] characters are kept.

use crate::bindings::ramekin::function::log;
use crate::ports::{ConsoleListener, StackReader};
use crate::state::CallState;
use ramekin_model::{ConsoleLine, LogLevel, limits};
use std::sync::{Arc, Mutex, PoisonError};

/// What a stack in a text looks like.
const FRAME: &str = "    at ";

/// Console lines of one call.
#[derive(Default)]
pub struct Console {
    lines: Mutex<Vec<ConsoleLine>>,
    stacks: Option<Arc<dyn StackReader>>,
    listener: Option<Arc<dyn ConsoleListener>>,
}

impl Console {
    /// Collects lines, with their stacks in the author's terms, and tells the listener of each as it comes.
    pub fn new(stacks: Arc<dyn StackReader>, listener: Option<Arc<dyn ConsoleListener>>) -> Self {
        Self { lines: Mutex::default(), stacks: Some(stacks), listener }
    }

    /// Takes the lines so far.
    pub fn take(&self) -> Vec<ConsoleLine> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, level: LogLevel, message: String) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= limits::MAX_CONSOLE_LINES {
            return;
        }
        let message = match &self.stacks {
            Some(stacks) if message.contains(FRAME) => stacks.read(&message),
            _ => message,
        };
        let line = ConsoleLine {
            level,
            message: clip(message, limits::MAX_CONSOLE_LINE),
            timestamp: chrono::Utc::now().timestamp_millis(),
        };
        if let Some(listener) = &self.listener {
            listener.line(&line);
        }
        lines.push(line);
    }
}

/// The first `max` characters.
fn clip(mut text: String, max: usize) -> String {
    if text.len() > max
        && let Some((at, _)) = text.char_indices().nth(max)
    {
        text.truncate(at);
    }
    text
}

impl log::Host for CallState {
    fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => LogLevel::Debug,
            log::Level::Log => LogLevel::Log,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.console.write(level, message);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_as_many_lines_and_characters_as_the_limit_says() {
        let console = Console::default();
        for i in 0..=limits::MAX_CONSOLE_LINES {
            console.write(LogLevel::Log, i.to_string());
        }
        let lines = console.take();
        assert_eq!(lines.len(), limits::MAX_CONSOLE_LINES);
        assert_eq!(lines[99].message, "99");

        let exact = "ä".repeat(limits::MAX_CONSOLE_LINE);
        console.write(LogLevel::Warn, exact.clone());
        console.write(LogLevel::Warn, format!("{exact}x"));
        let lines = console.take();
        assert_eq!((&lines[0].message, &lines[1].message), (&exact, &exact));
    }
}
