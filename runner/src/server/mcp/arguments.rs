//! What a tool is given, checked against the schema that it publishes. A member that the tool has to pass on word for word
//! is at hand as it was written.

use crate::server::json_schema;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Arguments {
    values: Map<String, Value>,
    raw: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
struct Message {
    params: Params,
}

#[derive(Deserialize)]
struct Params {
    #[serde(default)]
    arguments: BTreeMap<String, Box<RawValue>>,
}

impl Arguments {
    /// The arguments of a `tools/call` message.
    ///
    /// # Errors
    /// Everything that is not as the schema says.
    pub fn read(message: &[u8], schema: &Value) -> Result<Self, String> {
        let message: Message = serde_json::from_slice(message).map_err(|error| format!("arguments: {error}"))?;
        let raw = message.params.arguments;
        let values = raw.iter().map(|(name, text)| Ok((name.clone(), serde_json::from_str(text.get())?)));
        let values: serde_json::Result<Map<String, Value>> = values.collect();
        let values = Value::Object(values.map_err(|error| format!("arguments: {error}"))?);
        let found = json_schema::check(schema, &values, &Map::new());
        match values {
            Value::Object(values) if found.is_empty() => Ok(Self { values, raw }),
            _ => Err(found.join("; ")),
        }
    }

    /// An argument.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// A text; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An argument as it was written.
    pub fn raw(&self, name: &str) -> Option<&RawValue> {
        self.raw.get(name).map(|text| &**text)
    }

    /// An argument that an action cannot do without.
    ///
    /// # Errors
    /// Names both.
    pub fn need(&self, name: &str, action: &str) -> Result<&Value, String> {
        self.get(name).ok_or_else(|| format!("\"{name}\" is required for {action}."))
    }

    /// The same for a text.
    ///
    /// # Errors
    /// Names both.
    pub fn need_text(&self, name: &str, action: &str) -> Result<&str, String> {
        let text = self.text(name);
        if text.is_empty() { Err(format!("\"{name}\" is required for {action}.")) } else { Ok(text) }
    }

    /// Those of these names that are there, as an object.
    pub fn only(&self, names: &[&str]) -> Value {
        let kept = self.values.iter().filter(|(name, _)| names.contains(&name.as_str()));
        Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// All but these, as an object.
    pub fn without(&self, names: &[&str]) -> Value {
        let kept = self.values.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(arguments: &str) -> Result<Arguments, String> {
        let schema = json!({
            "type": "object",
            "properties": { "a": { "type": "string" }, "b": {} },
            "required": ["a"],
            "additionalProperties": false,
        });
        Arguments::read(format!("{{\"params\":{{{arguments}}}}}").as_bytes(), &schema)
    }

    #[test]
    fn arguments_are_checked_and_kept_as_written() {
        let arguments = read(r#""arguments":{"b":{"z":1.0, "a":2},"a":"x"}"#).unwrap();
        assert_eq!(arguments.text("a"), "x");
        assert_eq!(arguments.raw("b").unwrap().get(), r#"{"z":1.0, "a":2}"#);
        assert_eq!(arguments.only(&["a", "c"]), json!({ "a": "x" }));
        assert_eq!(arguments.without(&["b"]), json!({ "a": "x" }));
        assert_eq!(arguments.need_text("a", "list"), Ok("x"));
        assert_eq!(arguments.need("c", "list").unwrap_err(), "\"c\" is required for list.");
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(read("").unwrap_err(), "a: is required");
        assert_eq!(
            read(r#""arguments":{"a":1,"c":1}"#).unwrap_err(),
            "a: must be string; Unrecognized key(s) in object: 'c'"
        );
        assert!(read(r#""arguments":[]"#).unwrap_err().starts_with("arguments: "));
    }
}
