//! What of test262 is left out and what of it is known to fail, with reasons: `tests/conformance/test262.toml`.

use super::expectations::quoted;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The reason of those that QuickJS, run as a program, does not pass.
pub const OF_QUICKJS: &str = "QuickJS itself does not pass it";

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Features that the engine does not have: what uses one is not run.
    #[serde(default)]
    feature: Vec<Feature>,
    /// What is run and fails.
    #[serde(default)]
    fail: Vec<Fail>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Feature {
    name: String,
    because: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fail {
    because: String,
    files: BTreeSet<String>,
}

impl Language {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
        toml::from_str(&text).with_context(|| format!("reading `{}`", path.display()))
    }

    /// The names of the features that are left out.
    pub fn absent(&self) -> Vec<&str> {
        self.feature.iter().map(|feature| feature.name.as_str()).collect()
    }

    /// Why a file is known to fail, if it is.
    pub fn why(&self, file: &str) -> Option<&str> {
        self.fail.iter().find(|fail| fail.files.contains(file)).map(|fail| fail.because.as_str())
    }

    /// Whatever is not as expected, a line each. `outcomes` has why a file fails, if it does.
    pub fn compare<'a>(&self, outcomes: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Vec<String> {
        let mut complaints = Vec::new();
        for (file, failure) in outcomes {
            match (failure, self.why(file)) {
                (Some(why), None) => complaints.push(format!("{file}\n    {why}")),
                (None, Some(_)) => complaints.push(format!("{file}\n    passes although it is listed as failing")),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        let reasons = self.feature.iter().map(|feature| (feature.name.as_str(), feature.because.as_str()));
        let reasons = reasons.chain(self.fail.iter().map(|fail| ("files", fail.because.as_str())));
        let bare = reasons.filter(|(_, because)| because.trim().is_empty());
        complaints.extend(bare.map(|(what, _)| format!("{what}: listed without a reason")));
        complaints
    }

    /// Takes what fails as what is expected, each with its reason of before. Those that QuickJS fails as a program are its own.
    pub fn bless<'a>(&mut self, failures: impl Iterator<Item = (&'a str, bool)>) {
        let mut groups = BTreeMap::<String, BTreeSet<String>>::new();
        for (file, natively) in failures {
            let because = if natively { OF_QUICKJS } else { self.why(file).unwrap_or_default() };
            groups.entry(because.to_owned()).or_default().insert(file.to_owned());
        }
        self.fail = groups.into_iter().map(|(because, files)| Fail { because, files }).collect();
    }

    /// The file.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for Feature { name, because } in &self.feature {
            let _ = writeln!(text, "[[feature]]\nname = {}\nbecause = {}\n", quoted(name), quoted(because));
        }
        for Fail { because, files } in &self.fail {
            let _ = writeln!(text, "[[fail]]\nbecause = {}\nfiles = [", quoted(because));
            for file in files {
                let _ = writeln!(text, "  {},", quoted(file));
            }
            text.push_str("]\n\n");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, OF_QUICKJS};

    fn sample() -> Language {
        toml::from_str("[[feature]]\nname = \"x\"\nbecause = \"y\"\n[[fail]]\nbecause = \"z\"\nfiles = [\"a\", \"b\"]")
            .unwrap()
    }

    #[test]
    fn what_differs_is_told() {
        let outcomes = [("a", Some("no")), ("b", None), ("c", Some("never")), ("d", None)];
        let complaints = sample().compare(outcomes.into_iter());
        assert_eq!(complaints, ["b\n    passes although it is listed as failing", "c\n    never"]);
    }

    #[test]
    fn what_fails_becomes_what_is_expected() {
        let mut language = sample();
        language.bless([("a", false), ("c", true), ("d", false)].into_iter());
        assert_eq!((language.why("a"), language.why("b"), language.why("c")), (Some("z"), None, Some(OF_QUICKJS)));
        assert_eq!(language.compare([("d", Some("no"))].into_iter()), ["files: listed without a reason"]);
        assert_eq!(toml::from_str::<Language>(&language.write()).unwrap(), language);
        assert_eq!(language.absent(), ["x"]);
    }
}
