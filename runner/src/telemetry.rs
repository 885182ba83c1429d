//! Log lines, on the standard error.

use clap::ValueEnum;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// What crate `rmcp` says below this holds what agents send: variables, keys, tables; and it warns of each mistake of theirs.
const QUIET: &str = "rmcp=error";

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Starts logging. `RUST_LOG` says what is logged; without it, what is at least `level` is.
pub fn start(format: LogFormat, level: &str, color: bool) {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    if let Ok(quiet) = QUIET.parse() {
        filter = filter.add_directive(quiet);
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only when logging was started before, which a test may have done.
    let _ = match format {
        LogFormat::Text => lines.with_ansi(color && std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no text");
        tracing::error!(panic.place = place, "panicked at {place}: {text}");
    }));
}
