//! `/v1/{app}/functions`: deploying functions and looking after them.

pub mod delete;
pub mod deploy;
pub mod get;
pub mod invoke;
pub mod list;
pub mod logs;

use crate::ops::deploy::shown_config;
use ramekin_model::Function;
use serde_json::{Value, json};

/// The triggers of a function with their settings, secrets left out.
fn triggers(function: &Function) -> Vec<Value> {
    let shown = function.triggers.iter();
    shown.map(|t| json!({ "type": t.kind, "config": shown_config(t), "enabled": t.enabled })).collect()
}

/// Fields of agent tools. This server runs none, so no function is one.
fn agent_tool() -> [(&'static str, Value); 4] {
    [
        ("agent_tool", json!(false)),
        ("agent_tool_description", Value::Null),
        ("agent_tool_mode", json!("read_only")),
        ("agent_tool_exposed_to", json!("developer_only")),
    ]
}

/// Adds fields to an object.
fn extended(mut object: Value, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Value::Object(map) = &mut object {
        map.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    object
}
