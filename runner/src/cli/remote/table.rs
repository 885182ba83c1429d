//! Tables for people: columns under their heads, numbers at the right.

use crate::cli::output::{Style, Terminal, printable};

/// Between two columns.
const GAP: &str = "  ";

/// A table.
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns; one that begins with `>` has numbers.
    pub fn new<const N: usize>(heads: [&'static str; N]) -> Self {
        Self { heads: heads.into(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into_iter().map(|cell| printable(&cell).replace(['\n', '\t'], " ")).collect());
    }

    /// As text. The first column stands out.
    pub fn text(&self, terminal: &Terminal) -> String {
        let heads: Vec<String> = self.heads.iter().map(|head| head.trim_start_matches('>').to_owned()).collect();
        let right: Vec<bool> = self.heads.iter().map(|head| head.starts_with('>')).collect();
        let widths: Vec<usize> = (0..heads.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|row| row.get(at));
                cells.chain(heads.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &[String], style: fn(usize) -> Option<Style>| {
            let mut text = String::new();
            for (at, ((cell, &width), &right)) in cells.iter().zip(&widths).zip(&right).enumerate() {
                let space = " ".repeat(width.saturating_sub(cell.chars().count()));
                let shown = style(at).map_or_else(|| cell.clone(), |style| terminal.paint(style, cell));
                let gap = if at == 0 { "" } else { GAP };
                text += &if right { format!("{gap}{space}{shown}") } else { format!("{gap}{shown}{space}") };
            }
            text.trim_end().to_owned()
        };
        let mut lines = vec![line(&heads, |_| Some(Style::Dim))];
        lines.extend(self.rows.iter().map(|row| line(row, |at| (at == 0).then_some(Style::Cyan))));
        lines.join("\n")
    }
}

/// Names and what belongs to them, one below the other.
pub fn pairs<const N: usize>(terminal: &Terminal, pairs: [(&str, String); N]) -> String {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let indent = " ".repeat(width + 4);
    let lines = pairs.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
        let name = terminal.paint(Style::Dim, &format!("{name:<width$}"));
        format!("  {name}  {}", printable(&text).trim_end().replace('\n', &format!("\n{indent}")))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_their_heads() {
        let mut table = Table::new(["NAME", ">CALLS", "LAST"]);
        table.row(["hello".into(), "7".into(), "now".into()]);
        table.row(["a\nb\u{1b}".into(), "12345".into(), String::new()]);
        let text = table.text(&Terminal::plain());
        assert_eq!(text, "NAME   CALLS  LAST\nhello      7  now\na b\u{fffd}   12345");
    }

    #[test]
    fn pairs_stand_in_line() {
        let text = pairs(&Terminal::plain(), [("a", "1\n2".into()), ("long", "3".into()), ("none", String::new())]);
        assert_eq!(text, "  a     1\n        2\n  long  3");
    }
}
