//! What is wrong with a source, said so that its author can mend it: what, where in the text as written, what to do.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::position::{LineIndex, Position};
use crate::source::Source;
use crate::source_map::{SourceMap, first_frame};

/// How many diagnostics one source gets. Past that, the first ones are the ones to mend.
pub const MAX_DIAGNOSTICS: usize = 20;
/// How much of a line an excerpt shows, in characters.
const EXCERPT_WIDTH: usize = 120;
/// How much of a message is kept, in characters: a thrown error may carry megabytes.
const MAX_MESSAGE: usize = 2_000;

/// What kind of thing is wrong. Stable: tools match on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosticCode {
    /// The text is not TypeScript or JavaScript.
    Syntax,
    /// Valid, but neither the engine has it nor the compiler a substitute.
    UnsupportedSyntax,
    /// An import of another file that leads nowhere.
    RelativeImport,
    /// An import of a package, or of anything else that is no file, that leads nowhere.
    PackageImport,
    /// Deeper than the compiler goes.
    NestedTooDeeply,
    /// More text than the compiler takes.
    TooLarge,
    /// The module threw while it was evaluated.
    Evaluation,
    /// The files and packages cannot be made one module.
    Bundle,
    /// The compiler itself failed: not the author's fault.
    Internal,
}

impl DiagnosticCode {
    /// The stable text of the code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "SYNTAX_ERROR",
            Self::UnsupportedSyntax => "SYNTAX_UNSUPPORTED",
            Self::RelativeImport => "IMPORT_RELATIVE",
            Self::PackageImport => "IMPORT_PACKAGE",
            Self::NestedTooDeeply => "SOURCE_NESTED_TOO_DEEPLY",
            Self::TooLarge => "SOURCE_TOO_LARGE",
            Self::Evaluation => "EVALUATION_FAILED",
            Self::Bundle => "BUNDLE_FAILED",
            Self::Internal => "COMPILER_FAILED",
        }
    }
}

impl fmt::Display for DiagnosticCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for DiagnosticCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What kind of thing.
    pub code: DiagnosticCode,
    /// What is wrong: a fragment that fits after "error:".
    pub message: String,
    /// The file, as its author knows it.
    pub file: String,
    /// From 1, in the text as written.
    pub line: u32,
    /// From 1, in characters: what an editor shows, except where a line holds tabs or characters outside the Basic
    /// Multilingual Plane and the editor counts them otherwise.
    pub column: u32,
    /// The line with a caret under the place; nothing where there is no place to show.
    pub excerpt: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// At a line and column of a file, with the line shown if its text is at hand.
    pub fn new(
        code: DiagnosticCode,
        message: &str,
        file: impl Into<String>,
        (line, column): (u32, u32),
        text: Option<&str>,
    ) -> Self {
        let at = Position { line, column };
        let excerpt = text.and_then(|text| excerpt(LineIndex::new(text).line(line), at));
        Self { code, message: clip(message, MAX_MESSAGE), file: file.into(), line, column, excerpt, hint: None }
    }

    /// Shows the line, of the file's text.
    pub fn illustrate(&mut self, text: &str) {
        let at = Position { line: self.line, column: self.column };
        self.excerpt = excerpt(LineIndex::new(text).line(self.line), at);
    }

    /// Of a text that was made of several files: in the one that the place comes from.
    pub(crate) fn traced(self, map: &SourceMap) -> Self {
        match map.lookup(self.line, self.column) {
            Some(origin) => Self {
                file: origin.file.to_owned(),
                line: origin.at.line,
                column: origin.at.column,
                excerpt: None,
                ..self
            },
            None => Self { line: 1, column: 1, excerpt: None, ..self },
        }
    }

    /// At a byte offset of the source.
    pub(crate) fn at(code: DiagnosticCode, message: impl Into<String>, source: &Source, offset: usize) -> Self {
        let lines = LineIndex::new(&source.code);
        Self::placed(code, message.into(), source, &lines, lines.position(offset))
    }

    /// Like [`Diagnostic::at`], for those who place many.
    pub(crate) fn placed(
        code: DiagnosticCode,
        message: String,
        source: &Source,
        lines: &LineIndex<'_>,
        at: Position,
    ) -> Self {
        Self {
            code,
            message,
            file: source.file_name.clone(),
            line: at.line,
            column: at.column,
            excerpt: excerpt(lines.line(at.line), at),
            hint: None,
        }
    }

    /// With what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The compiler failed. The place is the top of the file, for want of a better one.
    pub(crate) fn internal(message: impl Into<String>, source: &Source) -> Self {
        Self {
            code: DiagnosticCode::Internal,
            message: clip(&message.into(), MAX_MESSAGE),
            file: source.file_name.clone(),
            line: 1,
            column: 1,
            excerpt: None,
            hint: Some("this is a fault of the compiler, not of the function: please report it".to_owned()),
        }
    }

    /// The module threw while it was evaluated. `stack` is the engine's, in positions of the transpiled code; the place
    /// is that of its first frame inside the module, or the top of the file if there is none.
    pub fn evaluation(source: &Source, map: &SourceMap, message: &str, stack: Option<&str>) -> Self {
        let place = stack.and_then(|stack| first_frame(stack, map, &source.file_name));
        if source.bundle.is_some() {
            let (file, at) = place.map_or((source.file_name.as_str(), (1, 1)), |origin| {
                (origin.file, (origin.at.line, origin.at.column))
            });
            return Self::new(DiagnosticCode::Evaluation, message, file, at, None);
        }
        let lines = LineIndex::new(&source.code);
        let at = place.map_or(Position { line: 1, column: 1 }, |origin| origin.at);
        let message = clip(message, MAX_MESSAGE);
        let placed = Self::placed(DiagnosticCode::Evaluation, message, source, &lines, at);
        if place.is_none() { Self { excerpt: None, ..placed } } else { placed }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {} at {}:{}:{}", self.message, self.file, self.line, self.column)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// Everything that is wrong, in the order of the text; at least one, at most [`MAX_DIAGNOSTICS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Puts them in order and keeps the first ones; `None` if there are none.
    pub fn collect(mut found: Vec<Diagnostic>) -> Option<Self> {
        found.sort_by(|one, other| {
            let place = |diagnostic: &Diagnostic| (diagnostic.line, diagnostic.column);
            one.file.cmp(&other.file).then(place(one).cmp(&place(other)))
        });
        found.dedup();
        found.truncate(MAX_DIAGNOSTICS);
        (!found.is_empty()).then_some(Self(found))
    }

    /// `Err` if there is something wrong.
    pub(crate) fn none_in(found: Vec<Diagnostic>) -> Result<(), Self> {
        Self::collect(found).map_or(Ok(()), Err)
    }

    /// Of a text that was made of several files: in those that the places come from.
    pub(crate) fn traced(self, map: &SourceMap) -> Self {
        Self(self.0.into_iter().map(|one| one.traced(map)).collect())
    }

    /// One after the other, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.0.iter_mut()
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Self {
        Self(vec![one])
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

/// A line with a caret under a column. Of a long line, what surrounds the column.
fn excerpt(line: &str, at: Position) -> Option<String> {
    if line.trim().is_empty() {
        return None;
    }
    let column = (at.column as usize).saturating_sub(1);
    let skipped = if column < EXCERPT_WIDTH { 0 } else { column - EXCERPT_WIDTH / 2 };
    // A control character could move the caret, or the cursor of a terminal.
    let shown = line.chars().map(|c| if c.is_control() { ' ' } else { c }).skip(skipped);
    let text: String = shown.clone().take(EXCERPT_WIDTH).collect();
    let cut_before = if skipped > 0 { "…" } else { "" };
    let cut_after = if shown.clone().nth(EXCERPT_WIDTH).is_some() { "…" } else { "" };
    let number = at.line.to_string();
    let indent = number.len() + 3 + cut_before.chars().count() + column - skipped;
    Some(format!("{number} | {cut_before}{}{cut_after}\n{}^", text.trim_end(), " ".repeat(indent)))
}

/// The beginning of a text, and a sign if that is not all of it.
pub(crate) fn clip(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, DiagnosticCode, Diagnostics, MAX_DIAGNOSTICS, clip};
    use crate::source::Source;

    fn shown(code: &str, offset: usize) -> String {
        Diagnostic::at(DiagnosticCode::Syntax, "something", &Source::new("a.ts", code), offset).to_string()
    }

    #[test]
    fn reads_like_a_sentence_with_a_picture() {
        let source = Source::new("hello.ts", "one\n\ttwo = é\u{1b}[31m;\n");
        let diagnostic = Diagnostic::at(DiagnosticCode::Syntax, "expected `}`", &source, 11).with_hint("close it");
        let expected = "error: expected `}` at hello.ts:2:8\n2 |  two = é [31m;\n           ^\nhint: close it";
        assert_eq!(diagnostic.to_string(), expected);
        let json = serde_json::to_value(&diagnostic).unwrap();
        assert_eq!((&json["code"], &json["column"]), (&"SYNTAX_ERROR".into(), &8.into()));
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = shown(&format!("{}X{}", "a".repeat(1_000), "b".repeat(1_000)), 1_000);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("1 | …a") && lines[1].ends_with("b…") && lines[1].chars().count() < 130);
        let caret = lines[2].chars().count() - 1;
        assert_eq!(lines[1].chars().nth(caret), Some('X'));
    }

    #[test]
    fn a_blank_line_shows_nothing() {
        assert_eq!(shown("a\n", 2), "error: something at a.ts:2:1");
        assert_eq!(shown("", 0), "error: something at a.ts:1:1");
    }

    #[test]
    fn in_order_without_doubles_and_not_too_many() {
        let source = Source::new("a.ts", "x".repeat(100));
        let at = |offset| Diagnostic::at(DiagnosticCode::Syntax, "m", &source, offset);
        let found = (0..100).rev().chain(0..100).map(at).collect();
        let kept = Diagnostics::collect(found).unwrap().into_vec();
        assert_eq!(kept.len(), MAX_DIAGNOSTICS);
        assert!(kept.iter().zip(1..).all(|(diagnostic, column)| diagnostic.column == column));
        assert_eq!(Diagnostics::collect(Vec::new()), None);
    }

    #[test]
    fn long_messages_are_clipped() {
        assert_eq!((clip("ééé", 3), clip("éééé", 3)), ("ééé".to_owned(), "ééé…".to_owned()));
    }
}
