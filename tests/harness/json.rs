//! Compares JSON with what is expected of it. An expected object lists members that must be there, and others may be; an
//! expected array lists all its elements, or, when it ends with `"<...>"`, the first ones.
//!
//! Some expected texts stand for more than themselves: `"<any>"`, `"<string>"`, `"<int>"`, `"<number>"`, `"<bool>"`,
//! `"<null>"`, `"<array>"`, `"<object>"`, `"<uuid>"`, `"<iso>"` (a time in UTC with milliseconds), `"<absent>"` (no such
//! member), and `"<contains:text>"`.

use serde_json::Value;

/// The first difference, with its path; `None` when there is none.
pub fn difference(expected: &Value, actual: &Value) -> Option<String> {
    compare("$", expected, actual)
}

fn compare(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::String(text), _) if text.starts_with('<') && text.ends_with('>') => placeholder(path, text, actual),
        (Value::Object(wanted), Value::Object(given)) => wanted.iter().find_map(|(name, expected)| {
            let path = format!("{path}.{name}");
            match given.get(name) {
                None if expected == "<absent>" => None,
                None => Some(format!("{path} is missing in {}", short(actual))),
                Some(actual) => compare(&path, expected, actual),
            }
        }),
        (Value::Array(wanted), Value::Array(given)) => {
            let (wanted, open) = match wanted.split_last() {
                Some((last, before)) if last == "<...>" => (before, true),
                _ => (wanted.as_slice(), false),
            };
            if given.len() < wanted.len() || (!open && given.len() > wanted.len()) {
                return Some(format!(
                    "{path} has {} elements instead of {}: {}",
                    given.len(),
                    wanted.len(),
                    short(actual)
                ));
            }
            let pairs = wanted.iter().zip(given).enumerate();
            pairs.into_iter().find_map(|(at, (expected, actual))| compare(&format!("{path}[{at}]"), expected, actual))
        }
        // 1 and 1.0 are the same number in JSON.
        (Value::Number(wanted), Value::Number(given)) if wanted.as_f64() == given.as_f64() => None,
        _ if expected == actual => None,
        _ => Some(format!("{path} is {} instead of {}", short(actual), short(expected))),
    }
}

fn placeholder(path: &str, text: &str, actual: &Value) -> Option<String> {
    let string = actual.as_str();
    let matches = match text {
        "<any>" => true,
        "<string>" => actual.is_string(),
        "<int>" => actual.is_i64() || actual.is_u64(),
        "<number>" => actual.is_number(),
        "<bool>" => actual.is_boolean(),
        "<null>" => actual.is_null(),
        "<array>" => actual.is_array(),
        "<object>" => actual.is_object(),
        "<uuid>" => string.is_some_and(|text| text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()),
        "<iso>" => string.is_some_and(is_iso),
        _ => match text.strip_prefix("<contains:").and_then(|rest| rest.strip_suffix('>')) {
            Some(part) => string.is_some_and(|text| text.contains(part)),
            None => string == Some(text),
        },
    };
    (!matches).then(|| format!("{path} is {} instead of {text}", short(actual)))
}

/// `2026-01-31T12:34:56.789Z`.
fn is_iso(text: &str) -> bool {
    text.len() == 24
        && text.ends_with('Z')
        && text.get(19..20) == Some(".")
        && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 400 { text } else { format!("{}…", text.chars().take(400).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn same(expected: &Value, actual: &Value) -> bool {
        difference(expected, actual).is_none()
    }

    #[test]
    fn objects_may_have_more_and_arrays_may_not() {
        assert!(same(&json!({"a": 1}), &json!({"a": 1.0, "b": 2})));
        assert!(!same(&json!({"a": 1, "b": 2}), &json!({"a": 1})));
        assert!(same(&json!([1, {"a": 1}]), &json!([1, {"a": 1, "b": 2}])));
        assert!(!same(&json!([1]), &json!([1, 2])));
        assert!(same(&json!([1, "<...>"]), &json!([1, 2])) && same(&json!(["<...>"]), &json!([])));
        assert!(!same(&json!([1, 2, "<...>"]), &json!([1])));
    }

    #[test]
    fn placeholders() {
        for (text, good, bad) in [
            ("<any>", json!(null), None),
            ("<int>", json!(-3), Some(json!(1.5))),
            ("<number>", json!(1.5), Some(json!("1"))),
            ("<string>", json!(""), Some(json!(1))),
            ("<null>", json!(null), Some(json!(0))),
            ("<bool>", json!(false), Some(json!(0))),
            ("<uuid>", json!("8c0a58a1-9b3f-4b06-9e4c-6b9a3ab0f1de"), Some(json!("8c0a58a19b3f4b069e4c6b9a3ab0f1de"))),
            ("<iso>", json!("2026-01-31T12:34:56.789Z"), Some(json!("2026-01-31T12:34:56Z"))),
            ("<contains:b c>", json!("a b c"), Some(json!("abc"))),
            ("<html>", json!("<html>"), Some(json!("html"))),
        ] {
            assert!(same(&json!({"x": text}), &json!({"x": good})), "{text}");
            if let Some(bad) = bad {
                assert!(!same(&json!({"x": text}), &json!({"x": bad})), "{text}");
            }
        }
        assert!(same(&json!({"x": "<absent>"}), &json!({})) && !same(&json!({"x": "<absent>"}), &json!({"x": null})));
    }

    #[test]
    fn a_difference_says_where() {
        let text = difference(&json!({"a": [{"b": 1}]}), &json!({"a": [{"b": 2}]})).unwrap();
        assert_eq!(text, "$.a[0].b is 2 instead of 1");
    }
}
