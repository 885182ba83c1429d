//! `/v1/{app}/functions`: deploying functions and looking after them.

pub mod delete;
pub mod deploy;
pub mod env;
pub mod get;
pub mod invoke;
pub mod list;
pub mod logs;
pub mod metrics;
pub mod settings;
pub mod stream;

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

/// Every server hears of a change with the transaction that stores it: there is no cache to clear.
fn invalidation() -> Value {
    json!({ "success": true, "attempts": 1 })
}

/// A number as JavaScript writes it: a whole one without a point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

/// Adds fields to an object.
fn extended(mut object: Value, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Value::Object(map) = &mut object {
        map.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn whole_numbers_have_no_point() {
        for (value, text) in [(0.0, "0"), (1.0, "1"), (0.25, "0.25"), (12.0, "12")] {
            assert_eq!(number(value).to_string(), text);
        }
    }
}
