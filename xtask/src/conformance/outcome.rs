//! What a test file came to.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name under which a file that did not end well is tolerated.
pub const WHOLE_FILE: &str = "(the whole file)";

/// One run of a test file.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Its file and variant.
    pub run: String,
    /// Why it did not end well, if so.
    pub broken: Option<String>,
    /// Each test of it.
    pub subtests: Vec<Subtest>,
}

/// One test of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subtest {
    /// Its name; names that come again are numbered.
    pub name: String,
    /// Whether it passes.
    pub passes: bool,
    /// Why it does not.
    pub message: String,
}

/// The answer of the function that runs files: see `tests/conformance/wpt.js`.
#[derive(Debug, Deserialize)]
struct Answer {
    status: u8,
    message: String,
    tests: Vec<(String, u8, String)>,
}

impl Outcome {
    /// Reads what the function answers.
    pub fn read(run: String, answer: &[u8]) -> Self {
        match serde_json::from_slice::<Answer>(answer) {
            Ok(answer) => {
                Self { run, broken: broken(answer.status, &answer.message), subtests: numbered(answer.tests) }
            }
            Err(error) => Self::failed(run, format!("the answer is none: {error}")),
        }
    }

    /// A run without an answer.
    pub fn failed(run: String, why: String) -> Self {
        Self { run, broken: Some(why), subtests: Vec::new() }
    }

    /// How many tests pass.
    pub fn passed(&self) -> usize {
        self.subtests.iter().filter(|subtest| subtest.passes).count()
    }

    /// What fails: names and reasons.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        let tests = self.subtests.iter().filter(|subtest| !subtest.passes);
        let whole = self.broken.as_deref().map(|why| (WHOLE_FILE, why));
        whole.into_iter().chain(tests.map(|subtest| (subtest.name.as_str(), subtest.message.as_str())))
    }
}

fn broken(status: u8, message: &str) -> Option<String> {
    let what = match status {
        0 => return None,
        1 => "error",
        2 => "timed out",
        _ => "a precondition failed",
    };
    Some(format!("{what}: {message}"))
}

fn numbered(tests: Vec<(String, u8, String)>) -> Vec<Subtest> {
    let mut seen = BTreeMap::<String, usize>::new();
    tests
        .into_iter()
        .map(|(name, status, message)| {
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            let name = if *times > 1 { format!("{name} ({times})") } else { name };
            Subtest { name, passes: status == 0, message }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, WHOLE_FILE};

    #[test]
    fn an_answer_is_read() {
        let answer = br#"{"status":0,"message":"null","tests":[["a",0,""],["b",1,"no"],["a",0,""],["a",3,"late"]]}"#;
        let outcome = Outcome::read("x".into(), answer);
        assert_eq!((outcome.passed(), outcome.subtests.len()), (2, 4));
        assert_eq!(outcome.failures().collect::<Vec<_>>(), [("b", "no"), ("a (3)", "late")]);
    }

    #[test]
    fn a_file_that_does_not_end_well_fails_as_a_whole() {
        let outcome = Outcome::read("x".into(), br#"{"status":2,"message":"null","tests":[["a",0,""]]}"#);
        assert_eq!(outcome.failures().collect::<Vec<_>>(), [(WHOLE_FILE, "timed out: null")]);
        assert_eq!(outcome.passed(), 1);
        assert!(Outcome::read("x".into(), b"<html>").broken.is_some());
    }
}
