//! What the parser, the analysis and the transformer complain about, in our words and at the author's positions.

use oxc_allocator::Allocator;
use oxc_ast::ast::{JSXElement, JSXFragment};
use oxc_ast_visit::VisitJs;
use oxc_diagnostics::{LabeledSpan, OxcDiagnostic};
use oxc_parser::Parser;
use oxc_span::{SourceType, Span};

use super::nesting::{self, TooDeep};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Diagnostics, MAX_DIAGNOSTICS};
use crate::position::LineIndex;
use crate::source::{Language, Source};

/// Whether an error may be about types alone, so that the code can be sound without them. TypeScript's rules carry its
/// own numbers; two types of the same name clash without one.
pub(super) fn concerns_types(error: &OxcDiagnostic) -> bool {
    error.code.scope.as_deref() == Some("TS") || is_redeclaration(error)
}

fn is_redeclaration(error: &OxcDiagnostic) -> bool {
    error.message.ends_with("has already been declared")
}

/// Syntax errors. What is known about JSX explains them better than the parser can.
pub(super) fn syntax(source: &Source, errors: &[OxcDiagnostic], jsx: Option<Span>) -> Diagnostics {
    if let Some(span) = jsx {
        let message = format!("JSX in `{}`, which is not a `.tsx` or `.jsx` file", source.file_name);
        let diagnostic = Diagnostic::at(DiagnosticCode::UnsupportedSyntax, message, source, span.start as usize);
        return diagnostic
            .with_hint(
                "give the file the extension `.tsx` or `.jsx`; over REST, files are sent as `files` (docs/modules.md)",
            )
            .into();
    }
    // Besides a better explanation, the general one only confuses.
    let vague = |error: &&OxcDiagnostic| error.message == "Unexpected token";
    let specific: Vec<&OxcDiagnostic> = errors.iter().filter(|error| !vague(error)).collect();
    let errors = if specific.is_empty() { errors.iter().collect() } else { specific };
    convert(source, errors, DiagnosticCode::Syntax)
}

/// Things the transformer does not transform.
pub(super) fn unsupported(source: &Source, mut errors: Vec<OxcDiagnostic>) -> Diagnostics {
    for error in &mut errors {
        if error.message.starts_with("Namespaces exporting non-const") {
            error.message = "a namespace can export functions, classes and constants, but no variables".into();
            error.help = Some("use `export const`, or an object with properties".into());
        }
    }
    convert(source, errors.iter().collect(), DiagnosticCode::UnsupportedSyntax)
}

/// Where the JSX is in a file that would be sound if it were a `.tsx` or `.jsx`.
pub(super) fn jsx_in(source: &Source) -> Option<Span> {
    let source_type = match source.language() {
        Language::TypeScript => SourceType::tsx().with_module(true),
        Language::JavaScript => SourceType::jsx().with_module(true),
        Language::Tsx | Language::Jsx => return None,
    };
    // The check before parsing took the text as it should be read, without JSX.
    if !nesting::has_at_most(nesting::MAX_JSX_TOKENS, &source.code) {
        return None;
    }
    let arena = Allocator::default();
    let parsed = Parser::new(&arena, &source.code, source_type).parse();
    let sound = !parsed.panicked && parsed.diagnostics.is_empty();
    let mut first = FirstJsx(None);
    if sound {
        first.visit_program(&parsed.program);
    }
    first.0
}

struct FirstJsx(Option<Span>);

impl<'a> VisitJs<'a> for FirstJsx {
    fn visit_jsx_element(&mut self, element: &JSXElement<'a>) {
        self.0.get_or_insert(element.span);
    }

    fn visit_jsx_fragment(&mut self, fragment: &JSXFragment<'a>) {
        self.0.get_or_insert(fragment.span);
    }
}

fn convert(source: &Source, mut errors: Vec<&OxcDiagnostic>, code: DiagnosticCode) -> Diagnostics {
    let lines = LineIndex::new(&source.code);
    // One mistake can cause as many complaints as the text has tokens, and placing one takes time.
    errors.sort_by_key(|error| place(error).map_or(0, LabeledSpan::offset));
    let found = errors.into_iter().take(MAX_DIAGNOSTICS).map(|error| diagnostic(source, &lines, error, code)).collect();
    Diagnostics::collect(found)
        .unwrap_or_else(|| Diagnostic::internal("the parser failed without saying why", source).into())
}

/// One complaint in our words.
pub(super) fn diagnostic(
    source: &Source,
    lines: &LineIndex<'_>,
    error: &OxcDiagnostic,
    code: DiagnosticCode,
) -> Diagnostic {
    let place = place(error);
    let at = lines.position(place.map_or(0, |label| label.offset() as usize));
    let message =
        error.message.replace("`EOF`", "the end of the file").replace("Invalid Character", "Invalid character");
    let message = fragment(&message);
    let made = Diagnostic::placed(code, message, source, lines, at);
    match hint(source, lines, error, place) {
        Some(hint) => made.with_hint(hint),
        None => made,
    }
}

/// The label to point at: the marked one, of two declarations the second, else the first.
fn place(error: &OxcDiagnostic) -> Option<&LabeledSpan> {
    let marked = error.labels.iter().find(|label| label.primary());
    let ordinary = if is_redeclaration(error) { error.labels.last() } else { error.labels.first() };
    marked.or(ordinary)
}

/// What the parser suggests, else the other place it talks about.
fn hint(source: &Source, lines: &LineIndex<'_>, error: &OxcDiagnostic, place: Option<&LabeledSpan>) -> Option<String> {
    let ours = |help: &&str| !help.contains("parser options");
    if let Some(help) = error.help.as_deref().or(error.note.as_deref()).filter(ours) {
        return Some(fragment(help));
    }
    let related = error.labels.iter().find(|label| place.is_some_and(|place| !std::ptr::eq(*label, place)))?;
    let at = lines.position(related.offset() as usize);
    let label = fragment(related.label()?);
    let what = label.strip_suffix(" here").unwrap_or(&label);
    Some(format!("{what} at {}:{}:{}", source.file_name, at.line, at.column))
}

/// Without the capital and the full stop of a sentence.
fn fragment(sentence: &str) -> String {
    let sentence = sentence.trim().trim_end_matches('.');
    if let Some((context, rest)) = sentence.split_once(": ")
        && context == "Invalid regular expression"
    {
        return format!("invalid regular expression: {}", fragment(rest));
    }
    let mut characters = sentence.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && !second.is_ascii_uppercase() => {
            format!("{}{}", first.to_ascii_lowercase(), sentence.get(1..).unwrap_or_default())
        }
        _ => sentence.to_owned(),
    }
}

/// A source that is not parsed at all.
pub(super) fn too_deep(source: &Source, too_deep: TooDeep) -> Diagnostic {
    const SPLIT: &str = "break it into several statements, or keep the data in an array";
    let (at, message, hint) = match too_deep {
        TooDeep::Brackets(at) => {
            let message = format!("more than {} brackets are open at once", nesting::MAX_BRACKETS);
            (at, message, "move inner parts into variables or functions of their own")
        }
        TooDeep::Levels(at) => {
            (at, format!("an expression nests more than {} levels deep", nesting::MAX_LEVELS), SPLIT)
        }
        TooDeep::Statements(at) => {
            let message = format!("more than {} statements are nested in one another", nesting::MAX_STATEMENTS);
            (at, message, "use a table instead of a chain of `else if`")
        }
        TooDeep::Doubts(at) => (at, "too much is nested in parentheses or angle brackets".to_owned(), SPLIT),
        TooDeep::Readings(at) => {
            let message = "cannot tell divisions from regular expressions here".to_owned();
            (at, message, "put statements that begin with a regular expression on lines of their own")
        }
        TooDeep::Jsx => {
            let message = format!("a file with JSX may have at most {} words and signs", nesting::MAX_JSX_TOKENS);
            (0, message, "move what needs no JSX out of it")
        }
    };
    Diagnostic::at(DiagnosticCode::NestedTooDeeply, message, source, at).with_hint(hint)
}
