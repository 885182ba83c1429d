//! What is known to fail, each with a reason, in one file per area. What passes although it is listed fails the comparison
//! too, so the lists only shrink.

use super::outcome::Outcome;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The file of one area.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// What is not run.
    #[serde(default)]
    pub skip: Vec<Skip>,
    /// What is run and fails.
    #[serde(default)]
    pub fail: Vec<Fail>,
}

/// Files that are not run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// A run, a file, or a folder with `/` at its end.
    pub path: String,
    /// Why.
    pub because: String,
}

/// Tests of one run that fail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The run.
    pub run: String,
    /// Why.
    pub because: String,
    /// Names.
    pub tests: BTreeSet<String>,
}

impl Expectations {
    /// Reads a file; one that does not exist expects everything to pass.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(path)?;
        toml::from_str(&text).with_context(|| format!("reading `{}`", path.display()))
    }

    /// Why this run is left out, if it is.
    pub fn skips(&self, run: &str) -> Option<&str> {
        let file = run.split('?').next().unwrap_or(run);
        let found = self.skip.iter().find(|skip| {
            skip.path == run || skip.path == file || (skip.path.ends_with('/') && file.starts_with(&skip.path))
        });
        found.map(|skip| skip.because.as_str())
    }

    /// Whatever is not as expected, a line each. `whole` says that these are all runs of the area, so that entries for
    /// others are out of date.
    pub fn compare(&self, outcomes: &[Outcome], whole: bool) -> Vec<String> {
        let mut complaints = Vec::new();
        for outcome in outcomes {
            let expected = self.of(&outcome.run);
            let mut failed = BTreeSet::new();
            for (name, why) in outcome.failures() {
                failed.insert(name);
                if !expected.contains_key(name) {
                    complaints.push(format!("{}: {name}\n    {why}", outcome.run));
                }
            }
            for name in expected.keys().filter(|name| !failed.contains(*name)) {
                complaints.push(format!("{}: {name}\n    passes although it is listed as failing", outcome.run));
            }
        }
        for fail in &self.fail {
            if whole && !outcomes.iter().any(|outcome| outcome.run == fail.run) {
                complaints.push(format!("{}: listed as failing, but it is not run", fail.run));
            }
            if fail.because.trim().is_empty() {
                complaints.push(format!("{}: its failures are listed without a reason", fail.run));
            }
        }
        let unexplained = self.skip.iter().filter(|skip| skip.because.trim().is_empty());
        complaints.extend(unexplained.map(|skip| format!("{}: skipped without a reason", skip.path)));
        complaints
    }

    fn of(&self, run: &str) -> BTreeMap<&str, &str> {
        let entries = self.fail.iter().filter(|fail| fail.run == run);
        entries.flat_map(|fail| fail.tests.iter().map(|name| (name.as_str(), fail.because.as_str()))).collect()
    }

    /// Takes what has failed as what is expected. Reasons stay with their tests; tests that are new in the list have none.
    pub fn bless(&mut self, outcomes: &[Outcome], whole: bool) {
        let mut entries = BTreeMap::<(String, String), BTreeSet<String>>::new();
        for outcome in outcomes {
            let known = self.of(&outcome.run);
            for (name, _) in outcome.failures() {
                let because = known.get(name).copied().unwrap_or_default().to_owned();
                entries.entry((outcome.run.clone(), because)).or_default().insert(name.to_owned());
            }
        }
        if !whole {
            let others = self.fail.iter().filter(|fail| !outcomes.iter().any(|outcome| outcome.run == fail.run));
            entries.extend(others.map(|fail| ((fail.run.clone(), fail.because.clone()), fail.tests.clone())));
        }
        self.fail = entries.into_iter().map(|((run, because), tests)| Fail { run, because, tests }).collect();
    }

    /// The file.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for skip in &self.skip {
            let _ = writeln!(text, "[[skip]]\npath = {}\nbecause = {}\n", quoted(&skip.path), quoted(&skip.because));
        }
        for fail in &self.fail {
            let _ = writeln!(text, "[[fail]]\nrun = {}\nbecause = {}", quoted(&fail.run), quoted(&fail.because));
            text.push_str("tests = [\n");
            for name in &fail.tests {
                let _ = writeln!(text, "  {},", quoted(name));
            }
            text.push_str("]\n\n");
        }
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// A string of TOML, on one line whatever it holds.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
