//! Bounds what parsing a text can cost before anything recursive reads it: the parser and all that follows recurse along
//! the syntax tree, and a stack that runs out ends the process. Linear, iterative, and on the safe side: what the bound
//! says is never less than what the parser finds, whatever the text.
//!
//! Every level of a tree costs at least one token. So a text of few tokens cannot be deep. In a longer one, levels are
//! counted: open brackets, and inside each of them the tokens since something ended what they could belong to (a comma,
//! a semicolon, the end of a statement). Real code stays far below the limits however long it is.
//!
//! One thing cannot be known without parsing: whether a slash divides or begins a regular expression. Where the token
//! before it does not tell, both readings are followed until one of them stops making sense or they agree again.

mod reading;
mod token;

use reading::{Peak, Reading, Step};
use token::Text;

/// How many brackets may be open at once.
pub(crate) const MAX_BRACKETS: usize = 1_000;
/// How many levels everything together may have.
pub(crate) const MAX_LEVELS: usize = 10_000;
/// How many statements may be nested without brackets. The analysis takes time in proportion to its square.
pub(crate) const MAX_STATEMENTS: usize = 1_000;
/// How many tokens a file with JSX may have. Its text cannot be told from code here, so nothing finer is counted.
pub(crate) const MAX_JSX_TOKENS: usize = 5_000;
/// How many readings are followed at once. In real code two, rarely.
const MAX_READINGS: usize = 32;

/// What is usual: brackets and statements nested in one another, and levels of everything together.
const USUAL_NESTING: usize = 50;
const USUAL_LEVELS: usize = 500;

/// Why a source is not parsed, and at which byte that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooDeep {
    /// More than [`MAX_BRACKETS`].
    Brackets(usize),
    /// More than [`MAX_LEVELS`].
    Levels(usize),
    /// More than [`MAX_STATEMENTS`].
    Statements(usize),
    /// Too many tokens inside of too much that the parser may have to read twice.
    Doubts(usize),
    /// More than [`MAX_READINGS`].
    Readings(usize),
    /// More than [`MAX_JSX_TOKENS`].
    Jsx,
}

/// How deep a text that can be parsed is nested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// As one writes by hand.
    Usual,
    Unusual,
}

/// Whether the text can be parsed on the stack it will get.
pub(crate) fn check(code: &str, jsx: bool) -> Result<Depth, TooDeep> {
    if jsx {
        return if has_at_most(MAX_JSX_TOKENS, code) { Ok(Depth::Usual) } else { Err(TooDeep::Jsx) };
    }
    match scan(code) {
        Ok(peak) if peak.nested <= USUAL_NESTING && peak.levels <= USUAL_LEVELS => Ok(Depth::Usual),
        Ok(_) => Ok(Depth::Unusual),
        Err(TooDeep::Levels(_) | TooDeep::Statements(_) | TooDeep::Readings(_)) if has_at_most(MAX_LEVELS, code) => {
            Ok(Depth::Unusual)
        }
        Err(too_deep) => Err(too_deep),
    }
}

/// Whether the text has so few tokens. Counts words, and every other character by itself.
pub(crate) fn has_at_most(limit: usize, code: &str) -> bool {
    let mut in_word = false;
    let begins_token = move |byte: &u8| {
        let word = token::is_word_byte(*byte);
        let begins = if word { !in_word } else { !byte.is_ascii_whitespace() };
        in_word = word;
        begins
    };
    code.as_bytes().iter().copied().filter(begins_token).take(limit + 1).count() <= limit
}

fn scan(code: &str) -> Result<Peak, TooDeep> {
    let text = Text::new(code);
    let mut readings = vec![Reading::new()];
    let mut peak = Peak::default();
    while let Some(mut reading) = take_first(&mut readings) {
        // This one goes on until it has caught up with the others.
        let horizon = readings.iter().map(Reading::at).min().unwrap_or(usize::MAX);
        let step = loop {
            match reading.advance(&text)? {
                Step::Went if reading.at() < horizon => {}
                step => break step,
            }
        };
        peak = peak.max(reading.peak());
        match step {
            Step::Ended => {}
            Step::Went => join(&mut readings, reading),
            Step::Forked(other) => {
                join(&mut readings, other);
                join(&mut readings, reading);
            }
        }
        if readings.len() > MAX_READINGS {
            return Err(TooDeep::Readings(readings.first().map_or(0, Reading::at)));
        }
    }
    Ok(peak)
}

/// The reading that is furthest behind.
fn take_first(readings: &mut Vec<Reading>) -> Option<Reading> {
    let (index, _) = readings.iter().enumerate().min_by_key(|(_, reading)| reading.at())?;
    Some(readings.swap_remove(index))
}

/// Adds a reading, or merges it into one that has come to the same conclusion.
fn join(readings: &mut Vec<Reading>, reading: Reading) {
    match readings.iter_mut().find(|other| other.agrees_with(&reading)) {
        Some(other) => other.absorb(&reading),
        None => readings.push(reading),
    }
}

#[cfg(test)]
mod tests;
