//! What can start a function.

use crate::TriggerType;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One way of starting a function. A function has at most one trigger of each type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Which kind of event.
    #[serde(rename = "type")]
    pub kind: TriggerType,
    /// Stored as deployed; what each type reads of it is said in the dialect's contract.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// A disabled trigger starts nothing.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

fn enabled() -> bool {
    true
}

impl Trigger {
    /// The trigger of a deploy that names none: HTTP, callers must be signed in (Butterbase §3.4).
    pub fn default_http() -> Self {
        let mut config = Map::new();
        config.insert("auth".into(), "required".into());
        Self { kind: TriggerType::Http, config, enabled: true }
    }

    /// The auth mode of an HTTP trigger. A text that is no mode counts as `none` (Butterbase §1.9).
    pub fn auth(&self) -> AuthMode {
        match self.config.get("auth").and_then(Value::as_str) {
            Some("required") => AuthMode::Required,
            Some("optional") => AuthMode::Optional,
            _ => AuthMode::None,
        }
    }
}

/// Who may call a function over HTTP (Butterbase §1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMode {
    /// Only a caller with a user.
    Required,
    /// Anybody; a user is passed on when there is one.
    Optional,
    /// Anybody.
    None,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_mode_counts_as_none() {
        // Butterbase §1.9; a deploy takes none of the last four, and rows of others may hold them.
        for (auth, mode) in [
            (json!("required"), AuthMode::Required),
            (json!("optional"), AuthMode::Optional),
            (json!("none"), AuthMode::None),
            (json!("Required"), AuthMode::None),
            (json!(""), AuthMode::None),
            (json!(1), AuthMode::None),
            (Value::Null, AuthMode::None),
        ] {
            let config = Map::from_iter([("auth".to_owned(), auth.clone())]);
            let trigger = Trigger { kind: TriggerType::Http, config, enabled: true };
            assert_eq!(trigger.auth(), mode, "{auth}");
        }
        assert_eq!(Trigger::default_http().auth(), AuthMode::Required);
    }
}
