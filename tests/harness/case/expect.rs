//! Holds an answer against what is expected of it.

use super::form::{Expect, json};
use crate::client::Answer;
use crate::json::difference;
use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

impl Expect {
    /// Compares one answer.
    ///
    /// # Errors
    /// The first difference.
    pub fn check(&self, answer: &Answer) -> Result<()> {
        self.head(answer).and_then(|()| self.content(answer)).and_then(|()| self.times(answer)).with_context(|| {
            let headers: Vec<String> = answer
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
                .collect();
            format!("the answer was {} [{}] {}", answer.status, headers.join(" | "), answer.text())
        })
    }

    fn head(&self, answer: &Answer) -> Result<()> {
        let status = self.status.unwrap_or(200);
        ensure!(answer.status == status, "status is {} instead of {status}", answer.status);
        for (name, expected) in &self.headers {
            let given = answer.header(name);
            let expected = expected.all();
            let same = given.len() == expected.len()
                && given.iter().zip(expected).all(|(given, expected)| {
                    difference(&Value::String(expected.clone()), &Value::String(given.clone())).is_none()
                });
            ensure!(same, "header {name} is {given:?} instead of {expected:?}");
        }
        for name in &self.absent_headers {
            ensure!(!answer.headers.contains_key(name.as_str()), "header {name} is there: {:?}", answer.header(name));
        }
        Ok(())
    }

    fn content(&self, answer: &Answer) -> Result<()> {
        match (&answer.broken, self.broken) {
            (Some(why), false) => bail!("the content broke off: {why}"),
            (None, true) => bail!("the content did not break off"),
            _ => {}
        }
        if let Some(expected) = &self.json
            && let Some(difference) = difference(&json(expected), &answer.json()?)
        {
            bail!("{difference}");
        }
        if let Some(expected) = &self.body {
            ensure!(answer.body == expected.as_bytes(), "the content is not {expected:?}");
        }
        if let Some(expected) = &self.body_base64 {
            let given = base64::engine::general_purpose::STANDARD.encode(&answer.body);
            ensure!(&given == expected, "the content is {given} in base64");
        }
        if let Some(size) = self.body_size {
            ensure!(answer.body.len() == size, "the content has {} bytes instead of {size}", answer.body.len());
        }
        let text = String::from_utf8_lossy(&answer.body);
        for part in self.contains.all() {
            ensure!(text.contains(part.as_str()), "the content does not contain {part:?}");
        }
        for part in self.excludes.all() {
            ensure!(!text.contains(part.as_str()), "the content contains {part:?}");
        }
        Ok(())
    }

    fn times(&self, answer: &Answer) -> Result<()> {
        let limit = |limit: Option<u64>| limit.map(Duration::from_millis);
        if let Some(max) = limit(self.max_ms) {
            ensure!(answer.total <= max, "it took {:?}, more than {max:?}", answer.total);
        }
        if let Some(min) = limit(self.min_ms) {
            ensure!(answer.total >= min, "it took {:?}, less than {min:?}", answer.total);
        }
        if let Some(max) = limit(self.first_byte_max_ms) {
            ensure!(answer.first_byte <= max, "the first byte took {:?}, more than {max:?}", answer.first_byte);
        }
        Ok(())
    }

    /// Compares the answers of all repetitions with each other.
    ///
    /// # Errors
    /// The first value that comes twice.
    pub fn check_distinct(&self, answers: &[Answer]) -> Result<()> {
        for pointer in &self.distinct {
            let mut seen = BTreeSet::new();
            for answer in answers {
                let json = answer.json()?;
                let value =
                    json.pointer(pointer).with_context(|| format!("there is nothing at {pointer}"))?.to_string();
                ensure!(seen.insert(value.clone()), "{pointer} was {value} twice in {} answers", answers.len());
            }
        }
        Ok(())
    }
}
