//! What is being done, while it takes time: on the standard error, and nothing when it is quick.

use crate::cli::output::Terminal;
use std::pin::pin;
use std::time::{Duration, Instant};

/// What is done sooner is not worth a line.
const QUIET: Duration = Duration::from_millis(400);
/// Where there is no terminal, one line is printed after this.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the line of a terminal changes.
const TICK: Duration = Duration::from_millis(100);

/// Waits for something, and says so.
pub async fn watch<T>(terminal: &Terminal, doing: &str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let mut work = pin!(work);
    let mut ticks = tokio::time::interval(TICK);
    let mut shown = Shown::Nothing;
    let done = loop {
        tokio::select! {
            biased;
            done = &mut work => break done,
            _ = ticks.tick() => {}
        }
        let since = begun.elapsed();
        match shown {
            Shown::Line => {}
            Shown::Nothing if since < QUIET => {}
            Shown::Nothing | Shown::Changing if terminal.progress(doing, since) => shown = Shown::Changing,
            Shown::Nothing | Shown::Changing if since >= PATIENCE => {
                terminal.note(&format!("{doing} …"));
                shown = Shown::Line;
            }
            Shown::Nothing | Shown::Changing => {}
        }
    };
    if shown == Shown::Changing {
        terminal.clear_progress();
    }
    done
}

#[derive(PartialEq)]
enum Shown {
    Nothing,
    /// A line of a terminal that changes.
    Changing,
    /// A line that stays.
    Line,
}
