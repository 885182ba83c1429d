//! What agents can do, one tool per file. A tool's description is all that an agent knows of it: what it does, when to use
//! it, its limits, and an example.

mod deploy_function;
mod init_app;
mod invoke_function;
mod manage_api_keys;
mod manage_app;
mod manage_auth_config;
mod manage_function;
mod manage_rls;
mod manage_schema;

use super::arguments::Arguments;
use super::inside::{Inside, ToolError};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// A tool, as clients see it.
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// For agents.
    pub description: String,
    /// What it takes.
    pub schema: Value,
    /// What it may do.
    pub hints: Hints,
}

/// What a client can say of a tool before it is used. Every one of them reaches beyond the server.
#[derive(Debug, Clone, Copy)]
pub struct Hints {
    /// Whether it can take something away that was there.
    pub destructive: bool,
    /// Whether the same call again changes nothing more.
    pub idempotent: bool,
}

impl Tool {
    /// For the list of tools.
    pub fn listed(&self) -> rmcp::model::Tool {
        let schema = self.schema.as_object().cloned().unwrap_or_default();
        let hints = rmcp::model::ToolAnnotations::from_raw(
            Some(self.title.into()),
            Some(false),
            Some(self.hints.destructive),
            Some(self.hints.idempotent),
            Some(true),
        );
        rmcp::model::Tool::new(self.name, self.description.clone(), Arc::new(schema)).with_annotations(hints)
    }
}

macro_rules! tools {
    ($($tool:ident),*) => {
        /// Every tool.
        pub fn all() -> &'static [Tool] {
            static ALL: OnceLock<Vec<Tool>> = OnceLock::new();
            ALL.get_or_init(|| vec![$($tool::tool()),*])
        }

        /// Uses a tool.
        ///
        /// # Errors
        /// See [`ToolError`].
        pub async fn run(name: &str, inside: &Inside, arguments: &Arguments) -> Result<String, ToolError> {
            match name {
                $(stringify!($tool) => $tool::run(inside, arguments).await,)*
                _ => Err(ToolError::Arguments(format!("there is no tool `{name}`"))),
            }
        }

        #[cfg(test)]
        const NAMES: &[&str] = &[$(stringify!($tool)),*];
    };
}

tools!(
    init_app,
    manage_app,
    manage_schema,
    manage_rls,
    deploy_function,
    invoke_function,
    manage_function,
    manage_api_keys,
    manage_auth_config
);

/// The property of a tool's schema that names the app.
fn app_id() -> Value {
    serde_json::json!({ "type": "string", "minLength": 1, "description": "Id of the app, such as app_abc123def456" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::json_schema;

    #[test]
    fn every_tool_is_described() {
        for (tool, name) in all().iter().zip(NAMES) {
            assert_eq!(tool.name, *name);
            for word in ["When to use", "Example", "Errors"] {
                assert!(tool.description.contains(word), "{name}: {word}");
            }
            assert_eq!(tool.schema["additionalProperties"], false, "{name}");
            let properties = tool.schema["properties"].as_object().unwrap();
            assert!(
                tool.schema["required"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|p| properties.contains_key(p.as_str().unwrap()))
            );
            let undescribed = properties.iter().find(|(_, property)| !property["description"].is_string());
            assert!(undescribed.is_none(), "{name}: {undescribed:?}");
        }
    }

    /// Each line of a description that begins with `{` is an example of what the tool takes.
    #[test]
    fn examples_are_what_the_tool_takes() {
        for tool in all() {
            let examples: Vec<&str> =
                tool.description.lines().map(str::trim).filter(|line| line.starts_with('{')).collect();
            assert!(!examples.is_empty(), "{}", tool.name);
            for example in examples {
                let value =
                    serde_json::from_str(example).unwrap_or_else(|error| panic!("{}: {error}: {example}", tool.name));
                let found = json_schema::check(&tool.schema, &value, &serde_json::Map::new());
                assert!(found.is_empty(), "{}: {found:?}: {example}", tool.name);
            }
        }
    }
}
