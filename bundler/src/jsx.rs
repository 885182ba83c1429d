//! What a file says itself of its JSX, and what is said for it. A file with JSX that names no way to turn it into calls, and does
//! not know `React`, could only fail when it is called: it gets the imports that newer tools make by themselves.

use crate::request::Jsx;

/// Put before a file's text: the transformer believes what a comment at the beginning says. On the first line, so that only
/// the columns of that are others.
const AUTOMATIC: &str = "/*ramekin @jsxRuntime automatic */";
const REACT: &str = "/*ramekin @jsxRuntime automatic @jsxImportSource react */";

/// What becomes of the JSX of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileJsx {
    /// To be put before the text.
    pub(crate) prefix: &'static str,
    /// What the calls are imported from, if they are imported: below it, `jsx-runtime`.
    pub source: Option<String>,
}

/// What becomes of the JSX of a file, when its function's settings are these.
pub fn file_jsx(text: &str, settings: &Jsx) -> FileJsx {
    let none = FileJsx::default();
    // There is no element without one of these.
    if !text.contains("/>") && !text.contains("</") {
        return none;
    }
    let comments = leading_comments(text);
    let source = pragma(&comments, "@jsxImportSource").map(str::to_owned);
    let settled = settings.import_source.clone();
    match pragma(&comments, "@jsxRuntime") {
        Some("classic") => return none,
        Some(_) => return FileJsx { prefix: "", source: source.or(settled).or_else(|| Some("react".into())) },
        None => {}
    }
    match (source, settled) {
        (Some(source), Some(_)) => FileJsx { prefix: "", source: Some(source) },
        (Some(source), None) => FileJsx { prefix: AUTOMATIC, source: Some(source) },
        (None, _) if pragma(&comments, "@jsx").is_some() => none,
        (None, Some(settled)) => FileJsx { prefix: "", source: Some(settled) },
        (None, None) if settings.factory.is_some() || names_react(text) => none,
        (None, None) => FileJsx { prefix: REACT, source: Some("react".into()) },
    }
}

/// Whether `React` stands in a text as a name does, and not as a word: `React.x`, `import React from`, `as React }`.
fn names_react(text: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    text.match_indices("React").any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let rest = text.get(at + found.len()..).unwrap_or_default();
        let after = rest.trim_start();
        let ends = after.starts_with(['.', ',', '}', '=', ';', ')', '<', ':']) || after.starts_with("from");
        !before.is_some_and(part) && !rest.starts_with(part) && ends
    })
}

/// How many characters were put before a text.
pub(crate) fn put_before(text: &str) -> u32 {
    let prefix = [AUTOMATIC, REACT].into_iter().find(|prefix| text.starts_with(prefix));
    prefix.map_or(0, |prefix| u32::try_from(prefix.len()).unwrap_or_default())
}

/// The comments before the first statement, one after the other.
fn leading_comments(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    if rest.starts_with("#!") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    loop {
        rest = rest.trim_start();
        let (comment, after) = if let Some(line) = rest.strip_prefix("//") {
            line.split_once('\n').unwrap_or((line, ""))
        } else if let Some(block) = rest.strip_prefix("/*") {
            block.split_once("*/").unwrap_or((block, ""))
        } else {
            return found;
        };
        found.push_str(comment);
        found.push('\n');
        rest = after;
    }
}

/// The word behind a name in comments.
fn pragma<'a>(comments: &'a str, name: &str) -> Option<&'a str> {
    let mut words = comments.split(|character: char| character.is_whitespace() || character == '*');
    words.by_ref().find(|word| *word == name)?;
    words.find(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, settings: &Jsx) -> (&'static str, Option<String>) {
        let FileJsx { prefix, source } = file_jsx(text, settings);
        (prefix, source)
    }

    #[test]
    fn what_a_file_says_counts_first() {
        let said = |source: &str| Some(source.to_owned());
        let plain = Jsx::default();
        let automatic = Jsx { import_source: said("preact"), ..Jsx::default() };
        let factory = Jsx { factory: said("h"), ..Jsx::default() };
        for (text, settings, expected) in [
            ("/** @jsxImportSource hono/jsx */\n<a/>", &plain, (AUTOMATIC, said("hono/jsx"))),
            ("// x\n/* @jsxImportSource hono/jsx*/<a/>", &automatic, ("", said("hono/jsx"))),
            ("/** @jsxRuntime automatic */<a/>", &plain, ("", said("react"))),
            ("/** @jsxRuntime classic */<a/>", &automatic, ("", None)),
            ("#!x\n/** @jsx h */ <a></a>", &plain, ("", None)),
            ("import React from 'react'; <a/>", &plain, ("", None)),
            ("<a/>", &plain, (REACT, said("react"))),
            ("import { ReactNode } from 'react'; <a>no React here</a>", &plain, (REACT, said("react"))),
            ("import * as React from 'react'; <a/>", &plain, ("", None)),
            ("import { default as React } from 'react'; <a/>", &plain, ("", None)),
            ("<a/>", &automatic, ("", said("preact"))),
            ("<a/>", &factory, ("", None)),
            ("x; /** @jsxImportSource hono/jsx */ <a/>", &plain, (REACT, said("react"))),
            ("const f = <T,>(x: T) => x;", &automatic, ("", None)),
        ] {
            assert_eq!(of(text, settings), expected, "{text}");
        }
    }

    #[test]
    fn what_was_put_before_is_found_again() {
        let text = format!("{REACT}<a/>");
        assert_eq!(put_before(&text) as usize, REACT.len());
        assert_eq!(put_before("/* @jsxRuntime automatic */"), 0);
    }
}
