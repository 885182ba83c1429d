//! Regular expressions the engine cannot read, or would read otherwise than the language says.

use std::collections::HashSet;

use oxc_allocator::Allocator;
use oxc_ast::ast::{RegExpFlags, RegExpLiteral};
use oxc_diagnostics::OxcDiagnostic;
use oxc_regular_expression::ast::{CharacterClassContents, CharacterClassContentsKind};
use oxc_regular_expression::visit::{RegExpAstKind, Visit};
use oxc_regular_expression::{LiteralParser, Options};
use oxc_span::Span;

use super::report;
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::position::LineIndex;
use crate::source::Source;

/// How deep groups and classes may nest. The engine gives up much earlier.
const MAX_DEPTH: usize = 1_000;

/// What is wrong with a regular expression.
pub(super) enum Problem {
    Syntax(OxcDiagnostic),
    Unsupported { span: Span, message: String, hint: &'static str },
}

impl Problem {
    pub(super) fn place(self, source: &Source, lines: &LineIndex<'_>) -> Diagnostic {
        match self {
            Self::Syntax(error) => report::diagnostic(source, lines, &error, DiagnosticCode::Syntax),
            Self::Unsupported { span, message, hint } => {
                let at = lines.position(span.start as usize);
                let code = DiagnosticCode::UnsupportedSyntax;
                Diagnostic::placed(code, message, source, lines, at).with_hint(hint)
            }
        }
    }
}

/// Reads a literal.
pub(super) fn problems(literal: &RegExpLiteral<'_>, arena: &Allocator) -> Vec<Problem> {
    let (pattern, flags) = (literal.regex.pattern.text.as_str(), literal.regex.flags);
    let sets = flags.contains(RegExpFlags::V);
    if depth(pattern, sets) > MAX_DEPTH {
        let message = format!("a regular expression nests more than {MAX_DEPTH} levels deep");
        return vec![Problem::Unsupported { span: literal.span, message, hint: "match in several steps" }];
    }
    let start = literal.span.start + 1;
    let end = start + u32::try_from(pattern.len()).unwrap_or_default() + 1;
    let options = Options { pattern_span_offset: start, flags_span_offset: end };
    let flags = flags.to_string();
    match LiteralParser::new(arena, pattern, Some(&flags), options).parse() {
        Ok(pattern) => {
            let mut walk = Walk { sets, names: HashSet::new(), found: Vec::new() };
            walk.visit_pattern(&pattern);
            walk.found
        }
        Err(error) => vec![Problem::Syntax(error)],
    }
}

/// How deep groups, and with the `v` flag classes, nest: what the parser recurses along.
fn depth(pattern: &str, sets: bool) -> usize {
    let (mut depth, mut deepest, mut classes) = (0usize, 0, 0usize);
    let mut bytes = pattern.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' if classes == 0 || sets => classes += 1,
            b']' => classes = classes.saturating_sub(1),
            b'(' if classes == 0 => depth += 1,
            b')' if classes == 0 => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth + classes);
    }
    deepest
}

struct Walk<'a> {
    sets: bool,
    names: HashSet<&'a str>,
    found: Vec<Problem>,
}

impl Walk<'_> {
    fn refuse(&mut self, span: Span, message: impl Into<String>, hint: &'static str) {
        self.found.push(Problem::Unsupported { span, message: message.into(), hint });
    }
}

impl<'a> Visit<'a> for Walk<'a> {
    fn enter_node(&mut self, node: RegExpAstKind<'a>) {
        const SETS: &str = "the set notation of the `v` flag is not supported in regular expressions";
        const SETS_HINT: &str = "use the `u` flag, with look-aheads such as `(?!b)[a-z]` or alternatives";
        match node {
            RegExpAstKind::CharacterClass(class) if self.sets => {
                let nested =
                    class.body.iter().any(|part| matches!(part, CharacterClassContents::NestedCharacterClass(_)));
                if nested || class.kind != CharacterClassContentsKind::Union {
                    self.refuse(class.span, SETS, SETS_HINT);
                }
            }
            RegExpAstKind::CharacterClassStringDisjunction(strings) => self.refuse(strings.span, SETS, SETS_HINT),
            RegExpAstKind::UnicodePropertyEscape(property) if property.strings => {
                let message = format!("the property of strings `{}` is not supported", property.name);
                self.refuse(property.span, message, "use a property of characters, or list the strings");
            }
            RegExpAstKind::CapturingGroup(group) => {
                if let Some(name) = group.name
                    && !self.names.insert(name.as_str())
                {
                    let message = format!("two groups of a regular expression are called `{name}`");
                    self.refuse(group.span, message, "give each group a name of its own");
                }
            }
            RegExpAstKind::IgnoreGroup(group) => {
                if let Some(modifiers) = &group.modifiers {
                    let message = "flags inside a regular expression, such as `(?i:…)`, are not supported";
                    self.refuse(modifiers.span, message, "set the flag on the whole, or spell out what it stands for");
                }
            }
            _ => {}
        }
    }
}
