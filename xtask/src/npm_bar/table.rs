//! The table of what came of the packages.

use super::outcome::{Outcome, Verdict};
use std::fmt::Write as _;

/// The table in Markdown, with a line of how many work.
pub fn render(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "| Package | Version | Module KiB | Image KiB | Deploy ms | Again ms | First call ms | Second ms | Outcome |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for outcome in outcomes {
        let Outcome { package, version, module, image, deploy_ms, again_ms, first_ms, second_ms, result } = outcome;
        let sizes = [module, image].map(|bytes| number(bytes.map(|bytes| bytes.div_ceil(1024))));
        let times = [deploy_ms, again_ms, first_ms, second_ms].map(|time| number(*time));
        // A line of the table is one line.
        let result = result.to_string().replace('\n', " ").replace('|', "\\|");
        let _ = writeln!(text, "| {package} | {version} | {} | {} | {result} |", sizes.join(" | "), times.join(" | "));
    }
    let works = outcomes.iter().filter(|outcome| outcome.result == Verdict::Works).count();
    let _ = writeln!(text, "\n{works} of {} packages work.", outcomes.len());
    text
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Verdict, render};

    #[test]
    fn a_package_is_a_line() {
        let outcome = |result| Outcome {
            package: "a".into(),
            version: "1.0.0".into(),
            module: Some(1025),
            image: None,
            deploy_ms: Some(30),
            again_ms: Some(20),
            first_ms: Some(4),
            second_ms: None,
            result,
        };
        let text = render(&[outcome(Verdict::Works), outcome(Verdict::Fails("a|b\nc".into()))]);
        assert!(text.contains("| a | 1.0.0 | 2 | – | 30 | 20 | 4 | – | works |\n"), "{text}");
        assert!(text.contains("| FAILS at a\\|b c |\n"), "{text}");
        assert!(text.ends_with("\n1 of 2 packages work.\n"), "{text}");
    }
}
