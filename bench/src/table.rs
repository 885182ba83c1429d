//! The table.

use std::io::{self, Write};

/// A line of the table.
pub struct Row {
    figure: String,
    measured: String,
    bar: String,
}

impl Row {
    /// A figure with the bar it has to meet.
    pub fn new(figure: impl Into<String>, measured: impl Into<String>, bar: impl Into<String>) -> Self {
        Self { figure: figure.into(), measured: measured.into(), bar: bar.into() }
    }

    /// A figure that explains others.
    pub fn note(figure: impl Into<String>, measured: impl Into<String>) -> Self {
        Self::new(figure, measured, "")
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "| {:<72} | {:<34} | {:<18} |", self.figure, self.measured, self.bar)?;
        out.flush()
    }
}

/// Writes the table's head.
///
/// # Errors
/// When it cannot be written.
pub fn head(out: &mut dyn Write) -> io::Result<()> {
    Row::new("figure", "measured", "bar").write(out)?;
    Row::new("-".repeat(72), "-".repeat(34), "-".repeat(18)).write(out)
}
