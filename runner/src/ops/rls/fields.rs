//! Fields of what is asked for, read one by one; what is wrong with any of them is said at once.

use super::RlsError;
use serde_json::Value;

/// See the module's documentation.
pub struct Fields {
    body: Value,
    issues: Vec<String>,
}

impl Fields {
    /// Of this object.
    pub fn of(body: Value) -> Self {
        Self { body, issues: Vec::new() }
    }

    /// A text that must be there.
    pub fn text(&mut self, name: &'static str) -> String {
        let text = self.optional(name);
        if text.is_none() && self.body.get(name).is_none() {
            self.issues.push(format!("{name}: must be a string"));
        }
        text.unwrap_or_default()
    }

    /// A text that may be there.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
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
    pub fn word<T>(&mut self, name: &'static str, words: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.optional(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.issues.push(format!("{name}: must be {words}"));
        }
        parsed
    }

    /// True or false; false unless said.
    pub fn flag(&mut self, name: &'static str) -> bool {
        match self.body.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.issues.push(format!("{name}: must be true or false"));
                false
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// What was wrong with any of them.
    pub fn done(self) -> Result<(), RlsError> {
        if self.issues.is_empty() { Ok(()) } else { Err(RlsError::Form(self.issues.join("; "))) }
    }
}
