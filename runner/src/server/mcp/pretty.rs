//! JSON for people and models to read: lines and indentation, and everything else as it was: the order of members, and
//! numbers to the digit.

/// Indents JSON. What is no JSON comes back in some form, for it is only looked at as text.
pub fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth: usize = 0;
    let mut rest = json.trim_start();
    while let Some(c) = rest.chars().next() {
        let (token, after) = rest.split_at(if c == '"' { string(rest) } else { c.len_utf8() });
        let next = after.trim_start();
        match c {
            '{' | '[' => {
                out.push(c);
                depth += 1;
                // An empty one stays on its line.
                if !next.starts_with(['}', ']']) {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push_str(token),
        }
        rest = next;
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Length of the string that a text begins with, quotes included; all of it when the string does not end.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::pretty;
    use serde_json::{Value, json};

    #[test]
    fn looks_as_people_expect() {
        let text = r#"{"z":[1,{"a":{}},[]],"a":"x, {\"y\": [1]} \\","n":12345678901234567890.10}"#;
        let expected = "{\n  \"z\": [\n    1,\n    {\n      \"a\": {}\n    },\n    []\n  ],\n  \"a\": \"x, {\\\"y\\\": [1]} \
                        \\\\\",\n  \"n\": 12345678901234567890.10\n}";
        assert_eq!(pretty(text), expected);
        assert_eq!(pretty(&pretty(text)), expected);
    }

    #[test]
    fn the_same_value() {
        for value in [json!(null), json!("a\u{1F600}\"\n"), json!([true, false, -1.5e3]), json!({ "": { "b": [[]] } })]
        {
            assert_eq!(serde_json::from_str::<Value>(&pretty(&value.to_string())).unwrap(), value);
        }
        assert_eq!(pretty("[]"), "[]");
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "\"open", "}}]", "é{", "\"\\", "[,]"] {
            let _ = pretty(text);
        }
    }
}
