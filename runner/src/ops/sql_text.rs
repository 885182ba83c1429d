//! SQL that people write into a schema or a policy: which expressions are taken, and how names are quoted.
//!
//! An expression is put between other SQL, so it has to be one whole expression that cannot end early. What it may call is
//! not decided by this: it runs with the rights of the app's own owner. The list of functions is there because a policy is
//! run in every statement of every user, where these have no business.

use ramekin_model::limits;

/// Functions, and beginnings of names of functions, that reach beyond the row at hand: session state, files, large objects,
/// other servers, other sessions, SQL given as text (Butterbase §8.5).
const FORBIDDEN: &[&str] = &[
    "set_config",
    "dblink*",
    "lo_*",
    "loread",
    "lowrite",
    "pg_read_*",
    "pg_write_*",
    "pg_ls_*",
    "pg_stat_file",
    "pg_file_*",
    "pg_execute_server_program",
    "pg_reload_conf",
    "pg_rotate_logfile*",
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_notify",
    "pg_sleep*",
    "pg_advisory_*",
    "pg_try_advisory_*",
    "pg_logical_*",
    "pg_create_*",
    "pg_drop_*",
    "query_to_*",
    "cursor_to_*",
    "table_to_*",
    "schema_to_*",
    "database_to_*",
    "ts_stat",
    "ts_rewrite",
];

/// Why an expression is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadExpression {
    /// It calls what it may not.
    #[error("it calls `{0}`, which reaches beyond the row at hand")]
    Forbidden(String),
    /// It is not one expression.
    #[error("{0}")]
    Form(&'static str),
    /// It is too long.
    #[error("it is longer than {max} characters", max = limits::MAX_SQL_EXPRESSION)]
    Long,
}

/// Checks an expression.
///
/// # Errors
/// See [`BadExpression`].
pub fn check_expression(text: &str) -> Result<(), BadExpression> {
    if text.chars().count() > limits::MAX_SQL_EXPRESSION {
        return Err(BadExpression::Long);
    }
    if text.trim().is_empty() {
        return Err(BadExpression::Form("it is empty"));
    }
    let mut open = Vec::new();
    let mut rest = text;
    // A name that a bracket may follow.
    let mut name: Option<String> = None;
    while let Some(next) = rest.chars().next() {
        let tail = rest.get(next.len_utf8()..).unwrap_or_default();
        let before = name.take();
        match next {
            '\'' => rest = quoted_end(tail, '\'', false)?,
            '"' => {
                let end = quoted_end(tail, '"', false)?;
                let inner = tail.get(..tail.len() - end.len() - 1).unwrap_or_default();
                name = Some(inner.replace("\"\"", "\""));
                rest = end;
            }
            '(' | '[' => {
                if let Some(function) = before.filter(|name| next == '(' && is_forbidden(name)) {
                    return Err(BadExpression::Forbidden(function));
                }
                open.push(next);
                rest = tail;
            }
            ')' | ']' => {
                let expected = if next == ')' { '(' } else { '[' };
                if open.pop() != Some(expected) {
                    return Err(BadExpression::Form("it closes a bracket that it has not opened"));
                }
                rest = tail;
            }
            ';' => return Err(BadExpression::Form("it holds `;`, and it must be one expression")),
            '$' => return Err(BadExpression::Form("it holds `$`; write texts in single quotes")),
            ',' if open.is_empty() => return Err(BadExpression::Form("it holds more than one expression")),
            '\0' => return Err(BadExpression::Form("it holds a NUL character")),
            '-' if tail.starts_with('-') => return Err(BadExpression::Form("it holds a comment")),
            '/' if tail.starts_with('*') => return Err(BadExpression::Form("it holds a comment")),
            _ if next.is_whitespace() => {
                // A name and its bracket may stand apart.
                name = before;
                rest = tail;
            }
            _ if next == '_' || next.is_alphabetic() => {
                let end = rest.find(|c: char| !(c == '_' || c == '$' || c.is_alphanumeric())).unwrap_or(rest.len());
                let (word, tail) = rest.split_at(end);
                match (word.to_ascii_lowercase().as_str(), tail.chars().next()) {
                    ("e", Some('\'')) => rest = quoted_end(tail.get(1..).unwrap_or_default(), '\'', true)?,
                    ("u", Some('&')) => {
                        return Err(BadExpression::Form("it holds `U&`; write the characters themselves"));
                    }
                    (lower, _) => {
                        name = Some(lower.to_owned());
                        rest = tail;
                    }
                }
            }
            _ => rest = tail,
        }
    }
    if open.is_empty() { Ok(()) } else { Err(BadExpression::Form("it does not close its brackets")) }
}

/// What follows a quoted text whose opening quote has been read.
fn quoted_end(text: &str, quote: char, backslashes: bool) -> Result<&str, BadExpression> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char == '\\' && backslashes {
            chars.next();
        } else if char == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Ok(text.get(at + 1..).unwrap_or_default());
        }
    }
    Err(BadExpression::Form("it does not close its quotes"))
}

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.iter().any(|forbidden| match forbidden.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *forbidden,
    })
}

/// A name as SQL has it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whether a text can be a name: `^[a-z_][a-z0-9_]*$`, and no longer than what PostgreSQL keeps of it.
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= limits::MAX_SQL_NAME
        && bytes.next().is_some_and(|byte| byte == b'_' || byte.is_ascii_lowercase())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_expressions_pass() {
        for good in [
            "true",
            "owner = current_user_id()",
            "id IN (SELECT note_id FROM shares WHERE \"user\" = current_user_id()::uuid)",
            "tags @> ARRAY['a,b', 'it''s; --', E'\\'x']",
            "a[1] = 'x)'",
            "json ->> 'set_config(' = 'x'",
            "set_config = 1 AND lo_size > 2",
            "'{}'::jsonb",
            "-1",
            "a - -b",
            "coalesce(x, 1)",
            &"1".repeat(limits::MAX_SQL_EXPRESSION),
        ] {
            assert_eq!(check_expression(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_could_end_early_does_not() {
        for bad in [
            "",
            "  ",
            "true) WITH CHECK (true",
            "(true",
            "true; DROP TABLE notes",
            "true -- rest",
            "true /* rest",
            "'open",
            "\"open",
            "E'open\\'",
            "a, b",
            "(a]",
            "$$x$$",
            "U&'\\0041'",
            "a\0b",
        ] {
            assert!(matches!(check_expression(bad), Err(BadExpression::Form(_))), "{bad}");
        }
        assert_eq!(check_expression(&"1".repeat(limits::MAX_SQL_EXPRESSION + 1)), Err(BadExpression::Long));
    }

    #[test]
    fn forbidden_functions_are_found_however_they_are_written() {
        for (bad, name) in [
            ("set_config('a', 'b', true) = ''", "set_config"),
            ("SET_CONFIG ('a', 'b', true) = ''", "set_config"),
            ("pg_catalog.\"set_config\"\n('a', 'b', true) = ''", "set_config"),
            ("(SELECT pg_read_file('x')) = ''", "pg_read_file"),
            ("lo_import('x') = 1", "lo_import"),
            ("dblink_connect('x') = ''", "dblink_connect"),
            ("query_to_xml('DELETE FROM x', true, true, '') IS NULL", "query_to_xml"),
            ("true AND pg_terminate_backend(1)", "pg_terminate_backend"),
        ] {
            assert_eq!(check_expression(bad), Err(BadExpression::Forbidden(name.into())), "{bad}");
        }
    }

    #[test]
    fn names() {
        let longest = "a".repeat(limits::MAX_SQL_NAME);
        for good in ["a", "_a", "a_1", &longest] {
            assert!(is_name(good), "{good}");
        }
        let long = format!("{longest}a");
        for bad in ["", "1a", "A", "a b", "a\"", "ä", &long] {
            assert!(!is_name(bad), "{bad}");
        }
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
