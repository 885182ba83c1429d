//! What a function of a folder is deployed with: its source, the variables of `.env`, and the settings of `<name>.json`,
//! which are the fields of a deploy and `auth` as a short form. What the files do not say is the default each time, so
//! that the folder alone decides.

use super::folder::{FunctionFile, dotenv_path};
use crate::cli::dotenv::dotenv;
use crate::cli::sources::{Gathered, Sources};
use crate::ops::deploy::{self, Deploy, Issues};
use ramekin_model::{AgentTool, FunctionName, limits};
use serde_json::{Map, Value, json};
use std::io::ErrorKind;
use std::path::Path;

/// Fields of a settings file.
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

/// Reads the files of a function.
///
/// # Errors
/// What is wrong with them, in words.
pub fn read(dir: &Path, name: &FunctionName, file: &FunctionFile) -> Result<Deploy, String> {
    let unreadable = |error| format!("`{}` cannot be read: {error}", file.source.display());
    let sources = Gathered::of(&file.source).map_err(unreadable)?.sources;
    let settings = text(&file.settings)?;
    let variables = text(&dotenv_path(dir))?.unwrap_or_default();
    let shown = file.settings.file_name().unwrap_or_default().display();
    let form = form(name, sources, settings.as_deref(), &variables).map_err(|why| format!("{shown}: {why}"))?;
    let mut deploy = deploy::read(&form).map_err(|issues: Issues| format!("{shown}: {issues}"))?;
    for trigger in deploy.triggers.iter_mut().flatten() {
        if trigger.kind == ramekin_model::TriggerType::Http {
            // Nobody can sign in here yet, and the server listens on this machine only.
            trigger.config.entry("auth").or_insert_with(|| "none".into());
        }
    }
    Ok(deploy)
}

/// What a file holds; `None` when it is not there.
///
/// # Errors
/// Names the file, and says why it cannot be read.
pub fn text(path: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("`{}` cannot be read: {error}", path.display())),
    }
}

fn form(name: &FunctionName, sources: Sources, settings: Option<&str>, variables: &str) -> Result<Value, String> {
    let mut form = match settings.map(serde_json::from_str) {
        None => Map::new(),
        Some(Ok(Value::Object(fields))) => fields,
        Some(Ok(_)) => return Err("must be an object".into()),
        Some(Err(error)) => return Err(format!("is not valid JSON: {error}")),
    };
    if let Some(unknown) = form.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!("`{unknown}` is no setting; settings are {}", FIELDS.join(", ")));
    }
    let auth = form.remove("auth");
    if !form.contains_key("triggers") && !form.contains_key("trigger") {
        let config = auth.map_or_else(|| json!({}), |auth| json!({ "auth": auth }));
        form.insert("trigger".into(), json!({ "type": "http", "config": config }));
    } else if auth.is_some() {
        return Err("`auth` is the short form of an http trigger and cannot stand beside `triggers`".into());
    }
    let mut environment: Map<String, Value> =
        dotenv(variables).into_iter().map(|(name, value)| (name, value.into())).collect();
    match form.remove("envVars") {
        None => {}
        Some(Value::Object(own)) => environment.extend(own),
        Some(_) => return Err("envVars: must be an object whose values are strings".into()),
    }
    form.insert("envVars".into(), environment.into());
    form.entry("timeoutMs").or_insert(limits::DEFAULT_TIMEOUT_MS.into());
    form.entry("memoryLimitMb").or_insert(limits::DEFAULT_MEMORY_MB.into());
    form.entry("description").or_insert("".into());
    form.entry("allow_service_key_impersonation").or_insert(true.into());
    let tool = AgentTool::default();
    form.entry("agent_tool").or_insert(tool.enabled.into());
    form.entry("agent_tool_description").or_insert("".into());
    form.entry("agent_tool_mode").or_insert(tool.mode.into());
    form.entry("agent_tool_exposed_to").or_insert(tool.exposed_to.into());
    form.insert("name".into(), name.as_str().into());
    sources.put(&mut form);
    Ok(form.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_form(settings: Option<&str>, variables: &str) -> Result<Value, String> {
        form(&"hello".parse().unwrap(), Sources::Code("code".into()), settings, variables)
    }

    #[test]
    fn without_settings_everything_is_its_default() {
        let form = read_form(None, "A=1").unwrap();
        let expected = json!({
            "name": "hello", "code": "code", "description": "", "timeoutMs": 30_000, "memoryLimitMb": 128,
            "envVars": { "A": "1" }, "trigger": { "type": "http", "config": {} },
            "allow_service_key_impersonation": true, "agent_tool": false, "agent_tool_description": "",
            "agent_tool_mode": "read_only", "agent_tool_exposed_to": "developer_only",
        });
        assert_eq!(form, expected);
        assert!(deploy::read(&form).is_ok());
    }

    #[test]
    fn settings_win_over_variables_of_the_folder() {
        let form = read_form(Some(r#"{"auth":"required","timeoutMs":5,"envVars":{"A":"2"}}"#), "A=1\nB=1").unwrap();
        assert_eq!(form["envVars"], json!({ "A": "2", "B": "1" }));
        assert_eq!((&form["timeoutMs"], &form["trigger"]["config"]["auth"]), (&json!(5), &json!("required")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (settings, part) in [
            ("[]", "object"),
            ("{", "JSON"),
            (r#"{"timeout":5}"#, "`timeout` is no setting"),
            (r#"{"name":"x"}"#, "`name`"),
            (r#"{"auth":"none","triggers":[]}"#, "beside"),
            (r#"{"envVars":[]}"#, "envVars"),
        ] {
            let error = read_form(Some(settings), "").unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn functions_are_open_in_a_folder_unless_they_say_otherwise() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("hello.ts"), "code").unwrap();
        let auth = || {
            let folder = super::super::folder::Folder::scan(dir.path()).unwrap();
            let (name, file) = folder.functions.first_key_value().unwrap();
            let triggers = read(dir.path(), name, file).unwrap().triggers.unwrap();
            triggers[0].config["auth"].clone()
        };
        assert_eq!(auth(), "none");
        std::fs::write(dir.path().join("hello.json"), r#"{"triggers":[{"type":"http"}]}"#).unwrap();
        assert_eq!(auth(), "none");
        std::fs::write(dir.path().join("hello.json"), r#"{"auth":"required"}"#).unwrap();
        assert_eq!(auth(), "required");
    }
}
