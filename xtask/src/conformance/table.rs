//! The table of what passes.

use std::fmt::Write as _;

/// One area.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Test files that were run; a file with variants counts once for each.
    pub runs: usize,
    /// Runs that were left out.
    pub skipped: usize,
    /// Runs that did not end well.
    pub broken: usize,
    /// Tests that pass.
    pub passed: usize,
    /// Tests.
    pub subtests: usize,
    /// What Node.js 20 passes.
    pub node: Option<u32>,
    /// What StarlingMonkey passes.
    pub starling: Option<u32>,
}

/// The table in Markdown, with totals.
pub fn render(rows: &[Row]) -> String {
    let mut text = String::from(
        "| Area | Runs | Skipped | Broken off | Passed | Tests | Node.js 20 | StarlingMonkey |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let reference = |count: Option<u32>| count.map_or_else(|| "–".to_owned(), |count| count.to_string());
    let mut sum = [0; 5];
    for row in rows {
        let numbers = [row.runs, row.skipped, row.broken, row.passed, row.subtests];
        for (total, number) in sum.iter_mut().zip(numbers) {
            *total += number;
        }
        line(&mut text, row.name, numbers, &reference(row.node), &reference(row.starling));
    }
    line(&mut text, "**all**", sum, "", "");
    text
}

fn line(
    text: &mut String,
    name: &str,
    [runs, skipped, broken, passed, subtests]: [usize; 5],
    node: &str,
    starling: &str,
) {
    let _ = writeln!(text, "| {name} | {runs} | {skipped} | {broken} | {passed} | {subtests} | {node} | {starling} |");
}

#[cfg(test)]
mod tests {
    use super::{Row, render};

    #[test]
    fn areas_are_summed_up() {
        let row = |name, passed| Row {
            name,
            runs: 2,
            skipped: 1,
            broken: 0,
            passed,
            subtests: 10,
            node: Some(7),
            starling: None,
        };
        let text = render(&[row("url", 9), row("console", 4)]);
        assert!(text.contains("| url | 2 | 1 | 0 | 9 | 10 | 7 | – |\n"), "{text}");
        assert!(text.ends_with("| **all** | 4 | 2 | 0 | 13 | 20 |  |  |\n"), "{text}");
    }
}
