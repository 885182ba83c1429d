//! The form of a deploy as JSON: which fields there are, and what each may hold (Butterbase §3). Used by the deploy route
//! and for the settings files of `ramekin dev`.

use super::{Deploy, TriggerForm};
use crate::modules::Project;
use ramekin_model::{AgentTool, AgentToolChange, FunctionName, TriggerType, limits};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Variables that the platform sets itself (Butterbase §5.6).
const INJECTED: &[&str] = &[
    "BUTTERBASE_APP_ID",
    "BUTTERBASE_API_URL",
    "BUTTERBASE_APP_NAME",
    "BUTTERBASE_REGION",
    "BUTTERBASE_ANON_KEY",
    "BUTTERBASE_FRONTEND_URL",
    "BUTTERBASE_SUBDOMAIN",
    "BUTTERBASE_STRIPE_ACCOUNT_ID",
    "BUTTERBASE_AI_DEFAULT_MODEL",
];

/// What stands for a secret that is not shown.
pub const REDACTED: &str = "***";

/// Everything that is wrong with a form, as `path: reason` items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issues(Vec<String>);

impl Issues {
    /// One item.
    pub fn one(path: &str, reason: impl fmt::Display) -> Self {
        let mut issues = Self::default();
        issues.add(path, reason);
        issues
    }

    fn add(&mut self, path: impl fmt::Display, reason: impl fmt::Display) {
        self.0.push(format!("{path}: {reason}"));
    }
}

impl fmt::Display for Issues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

/// Reads a form. Keys that are not known are ignored.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn read(form: &Value) -> Result<Deploy, Issues> {
    let Value::Object(form) = form else {
        return Err(Issues::one("body", "must be an object"));
    };
    let mut reader = Reader { form, issues: Issues::default() };
    let name = reader.name();
    let (code, project) = match form.get("files") {
        None => (reader.code(), None),
        Some(files) => {
            let project = reader.project(name.as_ref(), files).map(Arc::new);
            (project.as_ref().map(|project| project.code().to_owned()), project)
        }
    };
    let description = reader.text("description", limits::MAX_DESCRIPTION);
    let environment = reader.environment();
    let timeout_ms = reader.number("timeoutMs", 1, limits::MAX_TIMEOUT_MS);
    let memory_limit_mb = reader.number("memoryLimitMb", limits::MIN_MEMORY_MB, limits::MAX_MEMORY_MB);
    let triggers = reader.triggers();
    let allow_impersonation = reader.switch("allow_service_key_impersonation");
    let agent_tool = reader.agent_tool();
    match (name, code) {
        (Some(name), Some(code)) if reader.issues.0.is_empty() => Ok(Deploy {
            name,
            code,
            project,
            description,
            environment,
            timeout_ms,
            memory_limit_mb,
            allow_impersonation,
            triggers,
            agent_tool,
        }),
        _ => Err(reader.issues),
    }
}

/// Whether a text can be the name of a variable, and another its value.
///
/// # Errors
/// What is wrong with them.
pub fn check_variable(name: &str, value: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['\0', '=']) || value.contains('\0') {
        return Err("a name is not empty and holds no `=`, and neither name nor value a NUL character".into());
    }
    if name.len() + value.len() > limits::MAX_ENV_VAR {
        return Err(format!("name and value must be at most {} bytes", limits::MAX_ENV_VAR));
    }
    Ok(())
}

struct Reader<'a> {
    form: &'a Map<String, Value>,
    issues: Issues,
}

impl<'a> Reader<'a> {
    fn name(&mut self) -> Option<FunctionName> {
        match self.form.get("name") {
            None => self.issues.add("name", "is required"),
            Some(Value::String(text)) => match text.parse() {
                Ok(name) => return Some(name),
                Err(error) => self.issues.add("name", error),
            },
            Some(_) => self.issues.add("name", "must be a string"),
        }
        None
    }

    fn code(&mut self) -> Option<String> {
        match self.form.get("code") {
            None => self.issues.add("code", "is required"),
            Some(Value::String(code)) if code.is_empty() => self.issues.add("code", "must not be empty"),
            Some(Value::String(code)) if code.len() > limits::MAX_SOURCE => {
                self.issues.add("code", format_args!("must be at most {} bytes", limits::MAX_SOURCE));
            }
            Some(Value::String(code)) if code.contains('\0') => {
                self.issues.add("code", "must not hold a NUL character");
            }
            // The mark of a byte order is no part of a text.
            Some(Value::String(code)) => return Some(code.strip_prefix('\u{feff}').unwrap_or(code).to_owned()),
            Some(_) => self.issues.add("code", "must be a string"),
        }
        None
    }

    /// `files` and `entry`, in place of `code`.
    fn project(&mut self, name: Option<&FunctionName>, files: &Value) -> Option<Project> {
        if self.form.contains_key("code") {
            self.issues.add("code", "must be left out when `files` is sent");
        }
        let Value::Object(files) = files else {
            self.issues.add("files", "must be an object whose keys are paths and whose values are texts");
            return None;
        };
        let entry = match self.form.get("entry") {
            None => None,
            Some(Value::String(entry)) => Some(entry.as_str()),
            Some(_) => {
                self.issues.add("entry", "must be a string");
                return None;
            }
        };
        let mut texts = BTreeMap::new();
        for (path, text) in files {
            match text {
                Value::String(text) => {
                    texts.insert(path.clone(), text.clone());
                }
                _ => self.issues.add(format_args!("files.{path}"), "must be a string"),
            }
        }
        if texts.len() != files.len() {
            return None;
        }
        let project = Project::new(name.map_or("index", FunctionName::as_str), entry, texts);
        let project = project.map_err(|(field, why)| self.issues.add(field, why)).ok()?;
        if project.code().is_empty() {
            self.issues.add(format_args!("files.{}", project.entry), "must not be empty");
        }
        Some(project)
    }

    fn text(&mut self, field: &str, max: usize) -> Option<String> {
        match self.form.get(field)? {
            Value::String(text) if text.chars().count() > max => {
                self.issues.add(field, format_args!("must be at most {max} characters"));
            }
            Value::String(text) if text.contains('\0') => self.issues.add(field, "must not hold a NUL character"),
            Value::String(text) => return Some(text.clone()),
            _ => self.issues.add(field, "must be a string"),
        }
        None
    }

    fn number(&mut self, field: &str, min: u32, max: u32) -> Option<u32> {
        let value = self.form.get(field)?;
        // 30000.0 is the same number in JSON.
        let whole =
            value.as_u64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0).map(|n| n as u64));
        let number = whole.and_then(|n| u32::try_from(n).ok()).filter(|n| (min..=max).contains(n));
        if number.is_none() {
            self.issues.add(field, format_args!("must be a whole number from {min} to {max}"));
        }
        number
    }

    fn environment(&mut self) -> Option<BTreeMap<String, String>> {
        let Value::Object(variables) = self.form.get("envVars")? else {
            self.issues.add("envVars", "must be an object whose values are strings");
            return None;
        };
        if variables.len() > limits::MAX_ENV_VARS {
            self.issues.add("envVars", format_args!("must have at most {} variables", limits::MAX_ENV_VARS));
        }
        let mut environment = BTreeMap::new();
        for (name, value) in variables {
            let path = format!("envVars.{name}");
            let Value::String(value) = value else {
                self.issues.add(path, "must be a string");
                continue;
            };
            if INJECTED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
                self.issues.add(path, "is set by the platform and cannot be deployed");
            } else if let Err(why) = check_variable(name, value) {
                self.issues.add(path, why);
            }
            environment.insert(name.clone(), value.clone());
        }
        Some(environment)
    }

    /// `triggers`, else the older `trigger`.
    fn triggers(&mut self) -> Option<Vec<TriggerForm>> {
        let triggers = match (self.form.get("triggers"), self.form.get("trigger")) {
            (Some(Value::Array(list)), _) if !list.is_empty() => {
                list.iter().enumerate().map(|(at, value)| self.trigger(&format!("triggers.{at}"), value)).collect()
            }
            (Some(_), _) => {
                self.issues.add("triggers", "must be an array of at least one trigger");
                return None;
            }
            (None, Some(value)) => vec![self.trigger("trigger", value)],
            (None, None) => return None,
        };
        let triggers: Vec<TriggerForm> = triggers.into_iter().flatten().collect();
        let mut seen = BTreeSet::new();
        for trigger in &triggers {
            if !seen.insert(trigger.kind) {
                self.issues.add("triggers", format_args!("there is more than one trigger of type `{}`", trigger.kind));
            }
        }
        Some(triggers)
    }

    fn trigger(&mut self, path: &str, value: &'a Value) -> Option<TriggerForm> {
        let Value::Object(trigger) = value else {
            self.issues.add(path, "must be an object");
            return None;
        };
        let kind = trigger.get("type").and_then(Value::as_str).and_then(TriggerType::from_name);
        if kind.is_none() {
            self.issues.add(format_args!("{path}.type"), "must be one of http, cron, s3_upload, webhook, websocket");
        }
        let config = match trigger.get("config") {
            None => Map::new(),
            Some(Value::Object(config)) => config.clone(),
            Some(_) => {
                self.issues.add(format_args!("{path}.config"), "must be an object");
                Map::new()
            }
        };
        let enabled = match trigger.get("enabled") {
            None => true,
            Some(Value::Bool(enabled)) => *enabled,
            Some(_) => {
                self.issues.add(format_args!("{path}.enabled"), "must be true or false");
                true
            }
        };
        if kind == Some(TriggerType::Http) {
            // A misspelt mode would open the function to everybody.
            let known = ["required", "optional", "none"];
            if config.get("auth").is_some_and(|auth| !auth.as_str().is_some_and(|auth| known.contains(&auth))) {
                self.issues.add(format_args!("{path}.config.auth"), "must be `required`, `optional` or `none`");
            }
        }
        if config.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)) {
            self.issues.add(format_args!("{path}.config"), "must not hold a NUL character");
        }
        if config.values().any(holds_huge) {
            let most = limits::MAX_CONFIG_NUMBER;
            self.issues.add(format_args!("{path}.config"), format_args!("numbers must be from -{most:e} to {most:e}"));
        }
        Some(TriggerForm { path: path.to_owned(), kind: kind?, config, enabled })
    }

    fn switch(&mut self, field: &str) -> Option<bool> {
        let value = self.form.get(field)?;
        if !value.is_boolean() {
            self.issues.add(field, "must be true or false");
        }
        value.as_bool()
    }

    fn one_of(&mut self, field: &str, values: [&str; 2]) -> Option<String> {
        let value = self.form.get(field)?.as_str().filter(|text| values.contains(text));
        if value.is_none() {
            self.issues.add(field, format_args!("must be `{}`", values.join("` or `")));
        }
        value.map(str::to_owned)
    }

    fn agent_tool(&mut self) -> AgentToolChange {
        AgentToolChange {
            enabled: self.switch("agent_tool"),
            description: self.text("agent_tool_description", limits::MAX_TOOL_DESCRIPTION),
            mode: self.one_of("agent_tool_mode", AgentTool::MODES),
            exposed_to: self.one_of("agent_tool_exposed_to", AgentTool::AUDIENCES),
        }
    }
}

/// Whether a number in it is too large to be stored.
fn holds_huge(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|number| number.abs() > limits::MAX_CONFIG_NUMBER),
        Value::Array(items) => items.iter().any(holds_huge),
        Value::Object(members) => members.values().any(holds_huge),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Whether a text in it holds a NUL character, which the database stores nowhere.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn issues(form: &Value) -> String {
        read(form).map(|deploy| deploy.name).unwrap_err().to_string()
    }

    fn with(field: &str, value: Value) -> Value {
        let mut form = json!({"name": "f", "code": "x"});
        form[field] = value;
        form
    }

    #[test]
    fn the_least_form_leaves_everything_else_as_it_is() {
        let deploy = read(&json!({"name": "hello", "code": "x", "unknown": 1})).unwrap();
        assert_eq!((deploy.name.as_str(), deploy.code.as_str()), ("hello", "x"));
        assert!(deploy.description.is_none() && deploy.environment.is_none() && deploy.triggers.is_none());
        assert!(deploy.timeout_ms.is_none() && deploy.memory_limit_mb.is_none());
        assert!(deploy.allow_impersonation.is_none());
    }

    #[test]
    fn files_in_place_of_code() {
        let form = json!({ "name": "f", "files": { "lib/a.ts": "a", "main.ts": "m" }, "entry": "lib/a.ts" });
        let deploy = read(&form).unwrap();
        assert_eq!((deploy.code.as_str(), deploy.project.unwrap().entry.as_str()), ("a", "lib/a.ts"));
        let found = read(&json!({ "name": "f", "files": { "a.ts": "a", "f.ts": "f" } })).unwrap();
        assert_eq!(found.code, "f");
        for (form, field) in [
            (json!({ "name": "f", "code": "x", "files": { "f.ts": "f" } }), "code"),
            (json!({ "name": "f", "files": [] }), "files"),
            (json!({ "name": "f", "files": {} }), "files"),
            (json!({ "name": "f", "files": { "f.ts": 1 } }), "files.f.ts"),
            (json!({ "name": "f", "files": { "../f.ts": "" } }), "files.../f.ts"),
            (json!({ "name": "f", "files": { "f.ts": "" } }), "files.f.ts"),
            (json!({ "name": "f", "files": { "f.ts": "f" }, "entry": 1 }), "entry"),
            (json!({ "name": "f", "files": { "f.ts": "f" }, "entry": "g.ts" }), "entry"),
            (json!({ "name": "f", "files": { "a.ts": "f", "b.ts": "f" } }), "entry"),
        ] {
            let text = issues(&form);
            assert!(text.starts_with(&format!("{field}: ")), "{text}");
        }
    }

    #[test]
    fn impersonation_is_a_switch() {
        let field = "allow_service_key_impersonation";
        for value in [true, false] {
            assert_eq!(read(&with(field, json!(value))).unwrap().allow_impersonation, Some(value));
        }
        assert!(issues(&with(field, json!("true"))).starts_with(field));
    }

    #[test]
    fn what_agents_are_told() {
        let form = json!({
            "name": "f", "code": "x", "agent_tool": true, "agent_tool_description": "d", "agent_tool_mode": "read_write",
            "agent_tool_exposed_to": "end_user",
        });
        let told = AgentToolChange {
            enabled: Some(true),
            description: Some("d".into()),
            mode: Some("read_write".into()),
            exposed_to: Some("end_user".into()),
        };
        assert_eq!(read(&form).unwrap().agent_tool, told);
        assert_eq!(read(&json!({ "name": "f", "code": "x" })).unwrap().agent_tool, AgentToolChange::default());
        for (field, value) in [
            ("agent_tool", json!("true")),
            ("agent_tool_description", Value::Null),
            ("agent_tool_mode", json!("write")),
            ("agent_tool_exposed_to", json!(1)),
        ] {
            assert!(issues(&with(field, value)).starts_with(field), "{field}");
        }
    }

    #[test]
    fn every_issue_is_named_with_its_path() {
        let form = json!({
            "name": "a b", "code": "", "description": 1, "timeoutMs": 0, "memoryLimitMb": 63, "agent_tool": "yes",
            "envVars": {"A": 1, "BUTTERBASE_APP_ID": "x"}, "agent_tool_mode": "x",
            "triggers": [{"type": "smoke"}, {"type": "http", "config": {"auth": "nobody"}}, {"type": "http"}],
        });
        let text = issues(&form);
        let paths: Vec<&str> = text.split("; ").map(|item| item.split(": ").next().unwrap()).collect();
        assert_eq!(
            paths,
            [
                "name",
                "code",
                "description",
                "envVars.A",
                "envVars.BUTTERBASE_APP_ID",
                "timeoutMs",
                "memoryLimitMb",
                "triggers.0.type",
                "triggers.1.config.auth",
                "triggers",
                "agent_tool",
                "agent_tool_mode",
            ],
            "{text}"
        );
    }

    #[test]
    fn numbers_on_and_past_their_limits() {
        for (field, good, bad) in [
            (
                "timeoutMs",
                vec![json!(1), json!(300_000), json!(1e3)],
                vec![json!(0), json!(300_001), json!(1.5), json!("1"), json!(-1), Value::Null],
            ),
            ("memoryLimitMb", vec![json!(64), json!(1024)], vec![json!(63), json!(1025)]),
        ] {
            for value in good {
                assert!(read(&with(field, value.clone())).is_ok(), "{field} {value}");
            }
            for value in bad {
                assert!(issues(&with(field, value.clone())).starts_with(field), "{field} {value}");
            }
        }
    }

    #[test]
    fn texts_and_variables_on_and_past_their_limits() {
        let long = |length: usize| json!("a".repeat(length));
        assert!(read(&with("description", long(limits::MAX_DESCRIPTION))).is_ok());
        assert!(read(&with("description", long(limits::MAX_DESCRIPTION + 1))).is_err());
        assert!(read(&with("code", long(limits::MAX_SOURCE))).is_ok());
        assert!(read(&with("code", long(limits::MAX_SOURCE + 1))).is_err());
        assert!(read(&with("agent_tool_description", long(limits::MAX_TOOL_DESCRIPTION))).is_ok());
        assert!(read(&with("agent_tool_description", long(limits::MAX_TOOL_DESCRIPTION + 1))).is_err());
        assert!(read(&with("envVars", json!({"A": "b".repeat(limits::MAX_ENV_VAR - 1)}))).is_ok());
        assert!(read(&with("envVars", json!({"A": "b".repeat(limits::MAX_ENV_VAR)}))).is_err());
        let many = |count: usize| Value::Object((0..count).map(|n| (format!("V{n}"), json!("x"))).collect());
        assert!(read(&with("envVars", many(limits::MAX_ENV_VARS))).is_ok());
        assert!(read(&with("envVars", many(limits::MAX_ENV_VARS + 1))).is_err());
        for bad in [json!([]), json!("A=b"), Value::Null, json!({"": "x"}), json!({"A=B": "x"}), json!({"A": "\0"})] {
            assert!(read(&with("envVars", bad.clone())).is_err(), "{bad}");
        }
        assert!(read(&with("envVars", json!({"butterbase_region": "x"}))).is_err());
        assert!(read(&with("envVars", json!({"BUTTERBASE_API_KEY": "x"}))).is_ok());
    }

    #[test]
    fn triggers_in_both_forms() {
        let kinds = |form: &Value| -> Vec<&str> {
            read(form).unwrap().triggers.unwrap().iter().map(|trigger| trigger.kind.as_str()).collect()
        };
        assert_eq!(kinds(&with("trigger", json!({"type": "cron"}))), ["cron"]);
        let mut both = with("trigger", json!({"type": "cron"}));
        both["triggers"] = json!([{"type": "http"}, {"type": "webhook", "enabled": false}]);
        assert_eq!(kinds(&both), ["http", "webhook"]);
        for bad in [
            json!([]),
            json!({}),
            Value::Null,
            json!([1]),
            json!([{"type": "http", "config": []}]),
            json!([{"type": "http", "enabled": 1}]),
        ] {
            assert!(issues(&with("triggers", bad.clone())).starts_with("triggers"), "{bad}");
        }
        assert!(issues(&with("trigger", json!({}))).starts_with("trigger.type"));
        assert!(issues(&with("triggers", json!([{"type": "cron"}, {"type": "cron"}]))).contains("`cron`"));
        for config in [json!({"a": "\0"}), json!({"a\0": 1}), json!({"a": [{"b\0": 1}]}), json!({"a": [{"b": "\0"}]})] {
            assert!(issues(&with("triggers", json!([{"type": "cron", "config": config}]))).contains("NUL"));
        }
        for (number, refused) in [(1e300, false), (-1e300, false), (1.1e300, true), (-1.797e308, true)] {
            let form = with("triggers", json!([{"type": "cron", "config": {"a": [{"b": number}]}}]));
            let issues = read(&form).err().map(|issues| issues.to_string()).unwrap_or_default();
            assert_eq!(issues.contains("numbers must be from -1e300 to 1e300"), refused, "{number}: {issues}");
        }
        // The escape written out is a text like any other.
        let escape = json!([{"type": "cron", "config": {"a": "\\u0000"}}]);
        assert_eq!(read(&with("triggers", escape)).unwrap().triggers.unwrap().len(), 1);
    }

    #[test]
    fn only_an_object_is_a_form() {
        for bad in [json!(null), json!([]), json!("x")] {
            assert_eq!(issues(&bad), "body: must be an object");
        }
        assert!(issues(&json!({})).contains("name: is required; code: is required"));
    }
}
