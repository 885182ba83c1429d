//! What a function of a folder is deployed with: its source, the variables of `.env`, and the settings of `<name>.json`,
//! which are the fields of a deploy and `auth` as a short form. What the files do not say is the default each time, so
//! that the folder alone decides.

use super::folder::{FunctionFile, dotenv_path};
use crate::cli::dotenv::dotenv;
use crate::cli::settings;
use crate::cli::sources::{Gathered, Sources};
use crate::ops::deploy::{self, Deploy, Issues};
use ramekin_model::{AgentTool, FunctionName, limits};
use serde_json::{Map, Value, json};
use std::io::ErrorKind;
use std::path::Path;

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
    let mut form = settings.map(settings::fields).transpose()?.unwrap_or_default();
    if !form.contains_key("triggers") {
        form.entry("trigger").or_insert_with(|| json!({ "type": "http", "config": {} }));
    }
    let mut environment: Map<String, Value> =
        dotenv(variables).into_iter().map(|(name, value)| (name, value.into())).collect();
    if let Some(Value::Object(own)) = form.remove("envVars") {
        environment.extend(own);
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
