//! Everything the program says to people on its standard output and error, in colour where there is a terminal.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]

use std::io::IsTerminal as _;

/// A colour or weight.
#[derive(Debug, Clone, Copy)]
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
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Terminal {
    /// Colours if the output is a terminal and `NO_COLOR` is not set.
    pub fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { color: wanted && std::io::stdout().is_terminal() }
    }

    /// A terminal without colours.
    pub fn plain() -> Self {
        Self { color: false }
    }

    /// Whether there are colours.
    pub fn color(&self) -> bool {
        self.color
    }

    /// A text in a style.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if !self.color {
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

    /// One line or several.
    pub fn say(&self, text: &str) {
        println!("{text}");
    }

    /// Why the program ends.
    pub fn error(&self, text: &str) {
        eprintln!("{} {text}", self.paint(Style::Red, "error:"));
    }

    /// A key that nobody will see again.
    pub fn first_key(&self, key: &str) {
        let key = self.paint(Style::Bold, key);
        self.say(&format!("\nYour account key. It is shown this once; keep it:\n\n    {key}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_only_where_they_are_wanted() {
        assert_eq!(Terminal::plain().paint(Style::Red, "x"), "x");
        assert_eq!(Terminal { color: true }.paint(Style::Red, "x"), "\x1b[31mx\x1b[0m");
    }
}
