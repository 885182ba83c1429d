//! What a module imports and exports, and the rule of this version: one file, which imports the engine's modules and nothing
//! else.

use oxc_ast::ast::{Declaration, ModuleExportName, Program, Statement};
use ramekin_support::{Builtin, builtin};

use crate::diagnostic::{Diagnostic, DiagnosticCode, Diagnostics, MAX_DIAGNOSTICS, clip};
use crate::position::{LineIndex, Position};
use crate::source::Source;

/// How much of a specifier a message shows, in characters.
const SHOWN_SPECIFIER: usize = 100;

/// How many imports of the engine's own modules are listed. More are allowed.
const MAX_BUILTINS: usize = 100;

/// One import of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// As written.
    pub specifier: String,
    /// Of the specifier, from 1.
    pub line: u32,
    /// Of the specifier, from 1, in characters.
    pub column: u32,
    /// How it is imported.
    pub kind: ImportKind,
}

/// How something is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// `import … from`, or `import` alone.
    Static,
    /// `export … from`
    Reexport,
    /// `import(…)` of a literal.
    Dynamic,
    /// `require(…)` of a literal.
    Require,
}

/// An import with its place as a byte offset.
pub(super) struct FoundImport {
    pub(super) specifier: String,
    pub(super) offset: usize,
    pub(super) kind: ImportKind,
}

/// The first imports of a program without types, with those `found` inside its expressions, in the order of the text.
pub(super) fn imports(source: &Source, program: &Program<'_>, found: Vec<FoundImport>) -> Vec<Import> {
    // More than can be told about need no line and column, which take time to find.
    let (mut known, mut others) = (0, 0);
    listed(source, program, found, |import| {
        let (count, most) = match builtin(&import.specifier) {
            Builtin::Known => (&mut known, MAX_BUILTINS),
            Builtin::Unknown | Builtin::Other => (&mut others, MAX_DIAGNOSTICS),
        };
        *count += 1;
        *count <= most
    })
}

/// All of them.
pub(super) fn all_imports(source: &Source, program: &Program<'_>, found: Vec<FoundImport>) -> Vec<Import> {
    listed(source, program, found, |_| true)
}

/// In the order of the text, those that are to be kept.
fn listed(
    source: &Source,
    program: &Program<'_>,
    mut found: Vec<FoundImport>,
    keep: impl FnMut(&FoundImport) -> bool,
) -> Vec<Import> {
    found.extend(program.body.iter().filter_map(|statement| {
        let (literal, kind) = match statement {
            Statement::ImportDeclaration(import) => (&import.source, ImportKind::Static),
            Statement::ExportFromDeclaration(export) => (&export.source, ImportKind::Reexport),
            Statement::ExportAllDeclaration(export) => (&export.source, ImportKind::Reexport),
            _ => return None,
        };
        Some(FoundImport { specifier: literal.value.to_string(), offset: literal.span.start as usize, kind })
    }));
    if found.is_empty() {
        return Vec::new();
    }
    found.sort_by_key(|import| import.offset);
    found.retain(keep);
    let lines = LineIndex::new(&source.code);
    let place = |import: FoundImport| {
        let at = lines.position(import.offset);
        Import { specifier: import.specifier, line: at.line, column: at.column, kind: import.kind }
    };
    found.into_iter().map(place).collect()
}

/// Refuses every import but those of the engine's own modules, and what only a bundler makes a module: `common_js` is where a
/// source without imports and exports says what it exports.
pub(super) fn refuse(source: &Source, imports: &[Import], common_js: Option<usize>) -> Result<(), Diagnostics> {
    // What the bundler leaves of these in what it makes is meant to be there.
    let whole = source.bundle.is_none();
    let common_js = common_js.filter(|_| whole);
    if imports.is_empty() && common_js.is_none() {
        return Ok(());
    }
    let lines = LineIndex::new(&source.code);
    let refusal = |import: &Import| {
        let known = builtin(&import.specifier);
        let required = import.kind == ImportKind::Require;
        let meant = if required { !whole } else { known == Builtin::Known };
        if meant {
            return None;
        }
        let specifier = clip(&import.specifier.replace(char::is_control, " "), SHOWN_SPECIFIER);
        let relative = ["./", "../", "/", "file:"].iter().any(|prefix| import.specifier.starts_with(prefix))
            || import.specifier == "."
            || import.specifier == "..";
        let (code, message, hint) = if known == Builtin::Known {
            let message = format!("cannot load `{specifier}` with `require`");
            (DiagnosticCode::PackageImport, message, "use an `import` declaration")
        } else if known == Builtin::Unknown {
            let message = format!("cannot import `{specifier}`: there is no such built-in module");
            (DiagnosticCode::PackageImport, message, "docs/node.md lists the built-in modules")
        } else if relative {
            let message = format!("cannot import `{specifier}`: a function is a single file");
            (DiagnosticCode::RelativeImport, message, "put everything into one file")
        } else {
            let message = format!("cannot import `{specifier}`: imports of packages are not supported yet");
            let hint = "use what the runtime provides, or put the code you need into the file";
            (DiagnosticCode::PackageImport, message, hint)
        };
        let at = Position { line: import.line, column: import.column };
        Some(Diagnostic::placed(code, message, source, &lines, at).with_hint(hint))
    };
    let mut refused: Vec<Diagnostic> = imports.iter().filter_map(refusal).collect();
    refused.extend(common_js.map(|offset| {
        let message = "`module.exports` is not supported in a function of one file";
        Diagnostic::placed(DiagnosticCode::PackageImport, message.into(), source, &lines, lines.position(offset))
            .with_hint("use `export`")
    }));
    Diagnostics::none_in(refused)
}

/// Whether a program has imports or exports of its own, apart from those inside expressions.
pub(super) fn is_module(program: &Program<'_>) -> bool {
    program.body.iter().any(Statement::is_module_declaration)
}

/// Whether a program without types exports a name.
pub(super) fn exports(program: &Program<'_>, name: &str) -> bool {
    program.body.iter().any(|statement| match statement {
        Statement::ExportDefaultDeclaration(_) => name == "default",
        Statement::ExportAllDeclaration(export) => export.exported.as_ref().is_some_and(|exported| is(exported, name)),
        Statement::ExportNamedDeclaration(export) => export.specifiers.iter().any(|one| is(&one.exported, name)),
        Statement::ExportFromDeclaration(export) => export.specifiers.iter().any(|one| is(&one.exported, name)),
        Statement::ExportDeclaration(export) => declares(&export.declaration, name),
        _ => false,
    })
}

/// The first names that a program without types exports.
pub(super) fn names(program: &Program<'_>, most: usize) -> Vec<String> {
    let mut names = Vec::new();
    for statement in &program.body {
        match statement {
            Statement::ExportNamedDeclaration(export) => {
                names.extend(export.specifiers.iter().map(|one| one.exported.name().to_string()));
            }
            Statement::ExportDeclaration(export) => match &export.declaration {
                Declaration::VariableDeclaration(variables) => {
                    let bound = variables.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
                    names.extend(bound.map(|identifier| identifier.name.to_string()));
                }
                declaration => names.extend(declaration.id().map(|identifier| identifier.name.to_string())),
            },
            _ => {}
        }
        if names.len() >= most {
            break;
        }
    }
    names.truncate(most);
    names.into_iter().map(|name| clip(&name, SHOWN_SPECIFIER)).collect()
}

fn declares(declaration: &Declaration<'_>, name: &str) -> bool {
    match declaration {
        Declaration::VariableDeclaration(variables) => {
            let mut bound = variables.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
            bound.any(|identifier| identifier.name == name)
        }
        declaration => declaration.id().is_some_and(|identifier| identifier.name == name),
    }
}

fn is(exported: &ModuleExportName<'_>, name: &str) -> bool {
    exported.name() == name
}
