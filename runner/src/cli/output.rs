//! Everything the program says on its standard output and error, in colour where there is a terminal. A reader that goes away
//! is no error of the program: only [`Terminal::put`] tells of it.

use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::time::Duration;

/// A colour or weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Stands out.
    Bold,
    /// Stands back.
    Dim,
    /// Well.
    Green,
    /// Look at this.
    Yellow,
    /// Wrong.
    Red,
    /// A name or an address.
    Cyan,
}

/// Where people read.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    color: bool,
    error_color: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Terminal {
    /// Colours where there is a terminal and `NO_COLOR` is not set.
    pub fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { color: wanted && stdout().is_terminal(), error_color: wanted && stderr().is_terminal() }
    }

    /// A terminal without colours.
    pub fn plain() -> Self {
        Self { color: false, error_color: false }
    }

    /// Whether there are colours.
    pub fn color(&self) -> bool {
        self.color
    }

    /// A text in a style, for the standard output.
    pub fn paint(&self, style: Style, text: &str) -> String {
        painted(self.color, style, text)
    }

    /// One line or several.
    pub fn say(&self, text: &str) {
        let _ = writeln!(stdout(), "{text}");
    }

    /// Bytes on the standard output, as they are.
    ///
    /// # Errors
    /// When they are not taken.
    pub fn put(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut out = stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// One line or several on the standard output.
    ///
    /// # Errors
    /// When they are not taken.
    pub fn print(&self, text: &str) -> std::io::Result<()> {
        self.put(format!("{text}\n").as_bytes())
    }

    /// Something beside the result, on the standard error.
    pub fn note(&self, text: &str) {
        let _ = writeln!(stderr(), "{}", painted(self.error_color, Style::Dim, text));
    }

    /// Something that may be a mistake.
    pub fn warn(&self, text: &str) {
        let _ = writeln!(stderr(), "{} {text}", painted(self.error_color, Style::Yellow, "warning:"));
    }

    /// Why the program ends.
    pub fn error(&self, text: &str) {
        let _ = writeln!(stderr(), "{} {text}", painted(self.error_color, Style::Red, "error:"));
    }

    /// The beginning of a line on the standard error that the reader ends.
    pub fn ask(&self, question: &str) {
        let _ = write!(stderr(), "{}", painted(self.error_color, Style::Bold, question));
    }

    /// What is being done, on one line that changes. Returns false where there is no terminal to do so.
    pub fn progress(&self, doing: &str, since: Duration) -> bool {
        if !stderr().is_terminal() {
            return false;
        }
        let text = painted(self.error_color, Style::Dim, &format!("{doing} … {:.1} s", since.as_secs_f64()));
        let _ = write!(stderr(), "\r{text}\x1b[K");
        true
    }

    /// Takes that line away.
    pub fn clear_progress(&self) {
        let _ = write!(stderr(), "\r\x1b[K");
    }

    /// A key that nobody will see again.
    pub fn first_key(&self, key: &str) {
        let key = self.paint(Style::Bold, key);
        self.say(&format!("\nYour account key. It is shown this once; keep it:\n\n    {key}\n"));
    }
}

fn painted(color: bool, style: Style, text: &str) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match style {
        Style::Bold => 1,
        Style::Dim => 2,
        Style::Green => 32,
        Style::Yellow => 33,
        Style::Red => 31,
        Style::Cyan => 36,
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// How a status of HTTP is shown.
pub fn status_style(status: u64) -> Style {
    match status {
        500.. => Style::Red,
        400..500 => Style::Yellow,
        _ => Style::Green,
    }
}

/// A text from somebody else, without what would move the cursor or change the colours of the terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_only_where_they_are_wanted() {
        assert_eq!(Terminal::plain().paint(Style::Red, "x"), "x");
        assert_eq!(Terminal { color: true, error_color: false }.paint(Style::Red, "x"), "\x1b[31mx\x1b[0m");
    }

    #[test]
    fn texts_of_others_cannot_take_over_the_terminal() {
        assert_eq!(printable("\x1b[2Ja\rb\tc\n"), "\u{FFFD}[2Ja\u{FFFD}b\tc\n");
    }
}
