//! `/v1/{app}/rls`: row-level security of an app's tables (Butterbase §8.5).

pub mod delete;
pub mod enable;
pub mod isolate;
pub mod list;
pub mod policies;

use crate::server::error::ApiError;
use ramekin_model::ErrorCode;
use serde_json::Value;

/// Fields of a request, read one by one; what is wrong with any of them is said in one answer.
struct Fields {
    body: Value,
    issues: Vec<String>,
}

impl Fields {
    fn of(body: Value) -> Self {
        Self { body, issues: Vec::new() }
    }

    /// A text that must be there.
    fn text(&mut self, name: &'static str) -> String {
        let text = self.optional(name);
        if text.is_none() && self.body.get(name).is_none() {
            self.issues.push(format!("{name}: must be a string"));
        }
        text.unwrap_or_default()
    }

    /// A text that may be there.
    fn optional(&mut self, name: &'static str) -> Option<String> {
        match self.body.get(name) {
            None => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                self.issues.push(format!("{name}: must be a string"));
                None
            }
        }
    }

    /// One of several words.
    fn word<T>(&mut self, name: &'static str, words: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.optional(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.issues.push(format!("{name}: must be {words}"));
        }
        parsed
    }

    /// True or false; false unless said.
    fn flag(&mut self, name: &'static str) -> bool {
        match self.body.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.issues.push(format!("{name}: must be true or false"));
                false
            }
        }
    }

    fn done(self) -> Result<(), ApiError> {
        if self.issues.is_empty() {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::ValidationInvalidSchema, self.issues.join("; ")))
    }
}
