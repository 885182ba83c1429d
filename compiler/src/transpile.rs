//! From TypeScript to the JavaScript the engine runs. Types go, what the engine lacks is rewritten or refused, all else
//! means what it meant. Takes any text, however hostile: what cannot be read is a diagnostic, and what it costs to find
//! that out is bounded by its length.

mod accessor;
mod decorators;
mod modules;
mod nesting;
mod regexp;
mod report;
mod survey;

use std::path::Path;
use std::thread;

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::Parser;
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::SourceType;
use oxc_transformer::{JsxRuntime, TransformOptions, Transformer};

pub use modules::{Import, ImportKind};

use crate::diagnostic::{Diagnostic, DiagnosticCode, Diagnostics};
use crate::source::{Language, Source};
use crate::source_map::SourceMap;
use nesting::Depth;

/// How long a source may be, in bytes.
pub const MAX_SOURCE: usize = 8 * 1024 * 1024;

/// The stack everything recursive runs on: several times what the deepest tree needs that `nesting` lets through. Address
/// space rather than memory: only what is used is ever backed, and what real code uses is little.
const STACK: usize = 64 * 1024 * 1024;

/// How long a source may be for its code to be indented. Where every line is short and deep, indentation makes a text
/// many times longer.
const MAX_INDENTED: usize = 1024 * 1024;

/// How many of the names that a module exports are told.
const MAX_EXPORTS: usize = 5;

/// A module the engine can evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transpiled {
    /// JavaScript, one ES module.
    pub code: String,
    /// Where it comes from.
    pub source_map: SourceMap,
    /// What it imports, in the order of the text: modules of the engine, for every other import whose target is known
    /// beforehand is refused.
    pub imports: Vec<Import>,
    /// Whether it exports something called `handler`.
    pub has_handler_export: bool,
    /// Whether it has a default export.
    pub has_default_export: bool,
    /// Whether it names `Deno.serve`. It may still not call it.
    pub uses_deno_serve: bool,
    /// Names that it exports, the first few.
    pub exports: Vec<String>,
}

/// Turns one source into one module.
pub fn transpile(source: &Source) -> Result<Transpiled, Diagnostics> {
    let done = transpile_text(source);
    match &source.bundle {
        Some(map) => {
            let further =
                |transpiled: Transpiled| Transpiled { source_map: transpiled.source_map.through(map), ..transpiled };
            done.map(further).map_err(|wrong| wrong.traced(map))
        }
        None => done,
    }
}

/// Everything that a source imports once its types are gone, in the order of the text.
///
/// # Errors
/// When it cannot be read, or has in it what the engine lacks.
pub fn imports(source: &Source) -> Result<Vec<Import>, Diagnostics> {
    check_size(source)?;
    check_frame(source)?;
    check_nesting(source)?;
    on_large_stack(source, || {
        let arena = Allocator::default();
        let module = read(source, &arena)?;
        // What becomes of decorators that are left is a matter of what the bundler makes of them.
        let found = survey::survey(source, &module, &arena, false)?;
        let program = strip(source, &arena, module.program, module.scoping)?;
        Ok(modules::all_imports(source, &program, found.imports))
    })
}

fn transpile_text(source: &Source) -> Result<Transpiled, Diagnostics> {
    check_size(source)?;
    check_frame(source)?;
    let depth = check_nesting(source)?;
    on_large_stack(source, || {
        let arena = Allocator::default();
        let module = read(source, &arena)?;
        let found = survey::survey(source, &module, &arena, true)?;
        let common_js = found.common_js.filter(|_| !modules::is_module(&module.program));
        let program = strip(source, &arena, module.program, module.scoping)?;
        let imports = modules::imports(source, &program, found.imports);
        modules::refuse(source, &imports, common_js)?;
        let (code, source_map) = print(source, &program, depth);
        verify(source, &code, &module.doubts)?;
        Ok(Transpiled {
            code,
            source_map,
            imports,
            has_handler_export: modules::exports(&program, "handler"),
            has_default_export: modules::exports(&program, "default"),
            uses_deno_serve: found.uses_deno_serve,
            exports: modules::names(&program, MAX_EXPORTS),
        })
    })
}

fn check_size(source: &Source) -> Result<(), Diagnostics> {
    let length = source.code.len();
    if length <= MAX_SOURCE {
        return Ok(());
    }
    let message = format!("the source has {length} bytes, the limit is {MAX_SOURCE}");
    let diagnostic = Diagnostic::at(DiagnosticCode::TooLarge, message, source, 0);
    Err(diagnostic.with_hint("keep large data out of the code").into())
}

/// Text that is copied from a chat or a page often brings its frame along, which is JavaScript, too: a template.
fn check_frame(source: &Source) -> Result<(), Diagnostics> {
    if !source.code.trim_start().starts_with("```") {
        return Ok(());
    }
    let message = "the source begins with the fence of a Markdown code block";
    let offset = source.code.len() - source.code.trim_start().len();
    let diagnostic = Diagnostic::at(DiagnosticCode::Syntax, message, source, offset);
    Err(diagnostic.with_hint("leave out the lines that begin with three backticks").into())
}

fn check_nesting(source: &Source) -> Result<Depth, Diagnostics> {
    let jsx = matches!(source.language(), Language::Tsx | Language::Jsx);
    nesting::check(&source.code, jsx).map_err(|too_deep| report::too_deep(source, too_deep).into())
}

/// Runs what recurses on a stack large enough for all that `check_nesting` lets through. A panic on it is a fault of the
/// parser or of this crate; it costs the caller a diagnostic, no more.
fn on_large_stack<T: Send>(
    source: &Source,
    work: impl FnOnce() -> Result<T, Diagnostics> + Send,
) -> Result<T, Diagnostics> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("transpile".to_owned()).stack_size(STACK);
        match builder.spawn_scoped(scope, work).map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                Err(Diagnostic::internal(format!("the compiler failed: {text}"), source).into())
            }
            Err(error) => Err(Diagnostic::internal(format!("cannot start a thread: {error}"), source).into()),
        }
    })
}

/// A source understood.
struct Module<'a> {
    program: Program<'a>,
    scoping: Scoping,
    /// Errors that concern types alone, as far as one can tell before they are gone.
    doubts: Vec<OxcDiagnostic>,
}

/// Parses and analyses. A text that is not TypeScript may still be JavaScript, where some things are read otherwise.
fn read<'a>(source: &'a Source, arena: &'a Allocator) -> Result<Module<'a>, Diagnostics> {
    let read_as = |source_type| understand(&source.code, arena, source_type);
    let result = match source.language() {
        Language::Tsx => read_as(SourceType::tsx().with_module(true)),
        Language::Jsx => read_as(SourceType::jsx().with_module(true)),
        Language::JavaScript => read_as(SourceType::mjs()),
        Language::TypeScript => read_as(SourceType::ts().with_module(true)).or_else(|errors| {
            let javascript = read_as(SourceType::mjs()).ok().filter(|module| module.doubts.is_empty());
            javascript.ok_or(errors)
        }),
    };
    result.map_err(|errors| report::syntax(source, &errors, report::jsx_in(source)))
}

fn understand<'a>(
    code: &'a str,
    arena: &'a Allocator,
    source_type: SourceType,
) -> Result<Module<'a>, Vec<OxcDiagnostic>> {
    let parsed = Parser::new(arena, code, source_type).parse();
    let (mut program, mut errors) = (parsed.program, parsed.diagnostics.into_vec());
    if parsed.panicked {
        return Err(errors);
    }
    accessor::lower(&mut program, arena);
    decorators::lower(&mut program, arena);
    // The transformer adds scopes, symbols and references; they are allocated for at once.
    let analysis = SemanticBuilder::new_compiler().with_enum_eval(true).with_excess_capacity(1.0).build(&program);
    errors.extend(analysis.diagnostics);
    if errors.iter().all(report::concerns_types) {
        let scoping = analysis.semantic.into_scoping();
        return Ok(Module { program, scoping, doubts: errors });
    }
    Err(errors)
}

/// Takes the types out, and turns what TypeScript adds to JavaScript into JavaScript.
fn strip<'a>(
    source: &Source,
    arena: &'a Allocator,
    mut program: Program<'a>,
    scoping: Scoping,
) -> Result<Program<'a>, Diagnostics> {
    let mut options = TransformOptions::default();
    // What `deno run` does with JSX that names no runtime.
    options.jsx.runtime = JsxRuntime::Classic;
    let transformer = Transformer::new(arena, Path::new(&source.file_name), &options);
    let done = transformer.build_with_scoping(scoping, &mut program);
    let errors = done.diagnostics.into_vec();
    if errors.is_empty() { Ok(program) } else { Err(report::unsupported(source, errors)) }
}

fn print(source: &Source, program: &Program<'_>, depth: Depth) -> (String, SourceMap) {
    let indented = source.code.len() <= MAX_INDENTED && depth == Depth::Usual;
    let options = CodegenOptions {
        indent_width: usize::from(indented),
        source_map_path: Some(source.file_name.clone().into()),
        ..CodegenOptions::default()
    };
    let printed = Codegen::new().with_options(options).build(program);
    let pairs = printed
        .map
        .iter()
        .flat_map(|map| map.get_tokens())
        .map(|token| ((token.get_dst_line(), token.get_dst_col()), (token.get_src_line(), token.get_src_col())));
    let map = SourceMap::from_pairs(&source.file_name, &printed.code, &source.code, pairs);
    (printed.code, map)
}

/// Errors that concern types alone do not matter if the code is sound once the types are gone.
fn verify(source: &Source, code: &str, doubts: &[OxcDiagnostic]) -> Result<(), Diagnostics> {
    if doubts.is_empty() {
        return Ok(());
    }
    let arena = Allocator::default();
    match understand(code, &arena, SourceType::mjs()) {
        Ok(module) if module.doubts.is_empty() => Ok(()),
        Ok(_) | Err(_) => Err(report::syntax(source, doubts, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostics, Source, on_large_stack};

    #[test]
    fn a_panic_costs_a_diagnostic() {
        let source = Source::new("hello.ts", "1");
        let result: Result<(), Diagnostics> = on_large_stack(&source, || panic!("out of {}", "luck"));
        let shown = result.unwrap_err().to_string();
        assert!(shown.starts_with("error: the compiler failed: out of luck at hello.ts:1:1\nhint: "), "{shown}");
    }
}
