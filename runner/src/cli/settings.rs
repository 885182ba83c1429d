//! `<name>.json` beside the source of a function: the fields of a deploy, and `auth` as a short form.

use serde_json::{Map, Value, json};

/// Fields of such a file.
const FIELDS: &[&str] = &[
    "agent_tool",
    "agent_tool_description",
    "agent_tool_exposed_to",
    "agent_tool_mode",
    "allow_service_key_impersonation",
    "auth",
    "description",
    "envVars",
    "memoryLimitMb",
    "timeoutMs",
    "trigger",
    "triggers",
];

/// The fields of a deploy that a file says. `auth` has become an http trigger.
///
/// # Errors
/// What is wrong with it, in words that quote no value.
pub fn fields(text: &str) -> Result<Map<String, Value>, String> {
    let mut fields = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return Err("must be an object".into()),
        Err(error) => return Err(format!("is not valid JSON: {error}")),
    };
    if let Some(unknown) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!("`{unknown}` is no setting; settings are {}", FIELDS.join(", ")));
    }
    if let Some(auth) = fields.remove("auth") {
        if fields.contains_key("triggers") || fields.contains_key("trigger") {
            return Err("`auth` is the short form of an http trigger and cannot stand beside `triggers`".into());
        }
        fields.insert("trigger".into(), json!({ "type": "http", "config": { "auth": auth } }));
    }
    if fields.get("envVars").is_some_and(|variables| !variables.is_object()) {
        return Err("envVars: must be an object whose values are strings".into());
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auth_is_short_for_a_trigger() {
        let read = fields(r#"{"auth":"none","timeoutMs":5}"#).unwrap();
        let expected = json!({ "timeoutMs": 5, "trigger": { "type": "http", "config": { "auth": "none" } } });
        assert_eq!(Value::from(read), expected);
        assert_eq!(fields("{}").unwrap().len(), 0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("[]", "object"),
            ("{", "JSON"),
            (r#"{"timeout":5}"#, "`timeout` is no setting"),
            (r#"{"name":"x"}"#, "`name`"),
            (r#"{"auth":"none","triggers":[]}"#, "beside"),
            (r#"{"envVars":["canary"]}"#, "envVars"),
        ] {
            let error = fields(text).unwrap_err();
            assert!(error.contains(part) && !error.contains("canary"), "{error}");
        }
    }
}
