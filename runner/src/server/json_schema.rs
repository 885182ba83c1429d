//! The part of JSON Schema that is used here: what tools take is checked by it, and the examples of the API's description
//! are held against it. Keywords that are not known are notes for readers and decide nothing.

use serde_json::{Map, Value};

/// Checks a value. Every finding is `path: what is wrong`; none means that the value is as the schema says.
///
/// `definitions` holds the schemas that `$ref` names by its last segment.
pub fn check(schema: &Value, value: &Value, definitions: &Map<String, Value>) -> Vec<String> {
    let mut checker = Checker { definitions, found: Vec::new() };
    checker.check("", schema, value);
    checker.found
}

struct Checker<'a> {
    definitions: &'a Map<String, Value>,
    found: Vec<String>,
}

impl Checker<'_> {
    fn add(&mut self, path: &str, what: impl std::fmt::Display) {
        self.found.push(if path.is_empty() { what.to_string() } else { format!("{path}: {what}") });
    }

    fn check(&mut self, path: &str, schema: &Value, value: &Value) {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let name = name.rsplit('/').next().unwrap_or_default();
            let definitions = self.definitions;
            match definitions.get(name) {
                Some(schema) => self.check(path, schema, value),
                None => self.add(path, format_args!("there is no schema `{name}`")),
            }
            return;
        }
        if let Some(Value::Array(schemas)) = schema.get("anyOf") {
            let fits = |schema: &Value| check(schema, value, self.definitions).is_empty();
            if !schemas.iter().any(fits) {
                self.add(path, "has none of the forms that it may have");
            }
        }
        if let Some(kinds) = schema.get("type")
            && !kinds_of(kinds).any(|kind| is_of(kind, value))
        {
            let kinds: Vec<&str> = kinds_of(kinds).collect();
            self.add(path, format_args!("must be {}", kinds.join(" or ")));
            return;
        }
        if let Some(Value::Array(values)) = schema.get("enum")
            && !values.contains(value)
        {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            self.add(path, format_args!("must be one of {}", values.join(", ")));
        }
        match value {
            Value::String(text) => self.string(path, schema, text),
            Value::Number(number) => self.number(path, schema, number.as_f64().unwrap_or_default()),
            Value::Array(items) => self.array(path, schema, items),
            Value::Object(members) => self.object(path, schema, members),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn string(&mut self, path: &str, schema: &Value, text: &str) {
        let count = || text.chars().count() as u64;
        if let Some(min) = limit(schema, "minLength")
            && count() < min
        {
            self.add(path, format_args!("must have at least {min} characters"));
        }
        if let Some(max) = limit(schema, "maxLength")
            && count() > max
        {
            self.add(path, format_args!("must have at most {max} characters"));
        }
    }

    fn number(&mut self, path: &str, schema: &Value, number: f64) {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        if let Some(min) = bound("minimum").filter(|min| number < *min) {
            self.add(path, format_args!("must be at least {min}"));
        }
        if let Some(max) = bound("maximum").filter(|max| number > *max) {
            self.add(path, format_args!("must be at most {max}"));
        }
    }

    fn array(&mut self, path: &str, schema: &Value, items: &[Value]) {
        if let Some(min) = limit(schema, "minItems")
            && (items.len() as u64) < min
        {
            self.add(path, format_args!("must have at least {min} elements"));
        }
        if let Some(schema) = schema.get("items") {
            for (at, item) in items.iter().enumerate() {
                self.check(&below(path, &at.to_string()), schema, item);
            }
        }
    }

    fn object(&mut self, path: &str, schema: &Value, members: &Map<String, Value>) {
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.add(&below(path, name), "is required");
            }
        }
        let known = schema.get("properties").and_then(Value::as_object);
        let mut unknown = Vec::new();
        for (name, value) in members {
            match (known.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(schema), _) => self.check(&below(path, name), schema, value),
                (None, Some(Value::Bool(false))) => unknown.push(format!("'{name}'")),
                (None, Some(schema)) => self.check(&below(path, name), schema, value),
                (None, None) => {}
            }
        }
        if !unknown.is_empty() {
            self.add(path, format_args!("Unrecognized key(s) in object: {}", unknown.join(", ")));
        }
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn limit(schema: &Value, keyword: &str) -> Option<u64> {
    schema.get(keyword).and_then(Value::as_u64)
}

fn kinds_of(kinds: &Value) -> impl Iterator<Item = &str> {
    let list = kinds.as_array().map(Vec::as_slice).unwrap_or_default();
    kinds.as_str().into_iter().chain(list.iter().filter_map(Value::as_str))
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        // 1.0 is a whole number.
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(schema: &Value, value: &Value) -> Vec<String> {
        let definitions = json!({ "Id": { "type": "string", "minLength": 2 } });
        check(schema, value, definitions.as_object().unwrap())
    }

    #[test]
    fn values_as_they_should_be() {
        for (schema, value) in [
            (json!({}), json!(1)),
            (json!({ "type": "integer", "minimum": 1 }), json!(1.0)),
            (json!({ "type": ["string", "null"] }), json!(null)),
            (json!({ "type": "string", "minLength": 2, "maxLength": 2 }), json!("éé")),
            (json!({ "enum": ["a", "b"] }), json!("b")),
            (json!({ "type": "array", "minItems": 1, "items": { "type": "boolean" } }), json!([true])),
            (json!({ "type": "object", "required": ["a"], "properties": { "a": {} } }), json!({ "a": 1, "b": 2 })),
            (json!({ "type": "object", "additionalProperties": { "type": "string" } }), json!({ "a": "b" })),
            (json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] }), json!(3)),
            (json!({ "$ref": "#/components/schemas/Id" }), json!("id")),
        ] {
            assert_eq!(found(&schema, &value), Vec::<String>::new(), "{schema}: {value}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (schema, value, text) in [
            (json!({ "type": "integer" }), json!(1.5), "must be integer"),
            (json!({ "type": ["string", "null"] }), json!(1), "must be string or null"),
            (json!({ "type": "integer", "minimum": 1 }), json!(0), "must be at least 1"),
            (json!({ "type": "integer", "maximum": 1 }), json!(2), "must be at most 1"),
            (json!({ "minLength": 2 }), json!("é"), "must have at least 2 characters"),
            (json!({ "maxLength": 2 }), json!("abc"), "must have at most 2 characters"),
            (json!({ "minItems": 1 }), json!([]), "must have at least 1 elements"),
            (json!({ "enum": ["a", 1] }), json!("c"), "must be one of \"a\", 1"),
            (json!({ "required": ["a"] }), json!({}), "a: is required"),
            (json!({ "anyOf": [{ "type": "string" }] }), json!(3), "has none of the forms that it may have"),
            (json!({ "$ref": "#/x/Id" }), json!("i"), "must have at least 2 characters"),
            (json!({ "$ref": "#/x/No" }), json!("i"), "there is no schema `No`"),
            (
                json!({ "properties": { "t": { "items": { "type": "string" } } } }),
                json!({ "t": ["a", 1] }),
                "t.1: must be string",
            ),
            (
                json!({ "properties": { "a": {} }, "additionalProperties": false }),
                json!({ "a": 1, "b": 1, "c": 1 }),
                "Unrecognized key(s) in object: 'b', 'c'",
            ),
            (
                json!({ "properties": { "a": { "additionalProperties": false } } }),
                json!({ "a": { "x": 1 } }),
                "a: Unrecognized key(s) in object: 'x'",
            ),
        ] {
            assert_eq!(found(&schema, &value), [text], "{schema}: {value}");
        }
    }
}
