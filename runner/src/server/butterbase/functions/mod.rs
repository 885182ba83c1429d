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

use super::paging::Paging;
use super::time;
use crate::ops::deploy::shown_config;
use ramekin_model::Function;
use ramekin_store::Deleted;
use serde_json::{Map, Value, json};

/// The triggers of a function with their settings, secrets left out.
fn triggers(function: &Function) -> Vec<Value> {
    let shown = function.triggers.iter();
    shown.map(|t| json!({ "type": t.kind, "config": shown_config(t), "enabled": t.enabled })).collect()
}

/// What the list and the detail of functions both show of one. `deletedAt` is there once it is deleted.
fn shared(function: &Function) -> Map<String, Value> {
    let tool = &function.agent_tool;
    let shown = json!({
        "id": function.id,
        "name": function.name,
        "description": function.description,
        "triggers": triggers(function),
        "deployedAt": time(function.deployed_at),
        "updatedAt": time(function.updated_at),
        "agent_tool": tool.enabled,
        "agent_tool_description": tool.description,
        "agent_tool_mode": tool.mode,
        "agent_tool_exposed_to": tool.exposed_to,
        "allow_service_key_impersonation": function.allow_impersonation,
    });
    let mut shown = if let Value::Object(shown) = shown { shown } else { Map::new() };
    shown.extend(function.deleted_at.map(|at| ("deletedAt".to_owned(), time(at).into())));
    shown
}

/// Whether a query asks for deleted functions too.
fn deleted<C>(paging: &Paging<C>) -> Deleted {
    if paging.include_deleted { Deleted::Included } else { Deleted::Excluded }
}

/// Every server hears of a change with the transaction that stores it: there is no cache to clear.
fn invalidation() -> Value {
    json!({ "success": true, "attempts": 1 })
}

/// A number as JavaScript writes it: a whole one without a point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
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
