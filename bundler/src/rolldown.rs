//! The bundler there is: rolldown, at one pinned version, whose Rust interface promises nothing from release to release.

use crate::map;
use crate::plugin::{Answers, Problems};
use crate::request::{Bundle, Problem, ProblemKind, Request};
use crate::resolve::Resolver;
use crate::{Bundler, Classes, Jsx};
use rolldown::plugin::__inner::SharedPluginable;
use rolldown::{
    Bundler as Engine, BundlerOptions, BundlerTransformOptions, CodeSplittingMode, Either, JsxOptions, OutputFormat,
    Platform, SourceMapType, TsConfig,
};
use rolldown_common::Output;
use rolldown_common::bundler_options::{CompilerAssumptions, DecoratorOptions, TypeScriptOptions};
use rolldown_error::{BuildDiagnostic, DiagnosticOptions};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

/// Problems that are told.
const MAX_PROBLEMS: usize = 20;

/// Bundles with rolldown, in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rolldown;

impl Bundler for Rolldown {
    async fn bundle(&self, request: Request) -> Result<Bundle, Vec<Problem>> {
        Self::run(&Arc::new(Resolver::new(request))).await
    }
}

impl Rolldown {
    /// Bundles, and says which files of packages that took: paths below the root of packages.
    ///
    /// # Errors
    /// See [`Bundler::bundle`].
    pub async fn trace(&self, request: Request) -> Result<(Bundle, BTreeSet<PathBuf>), Vec<Problem>> {
        let resolver = Arc::new(Resolver::new(request));
        let bundle = Self::run(&resolver).await?;
        Ok((bundle, resolver.files_read()))
    }

    async fn run(resolver: &Arc<Resolver>) -> Result<Bundle, Vec<Problem>> {
        let problems = Problems::default();
        let answers = Answers { resolver: Arc::clone(resolver), problems: Arc::clone(&problems) };
        let plugin: SharedPluginable = Arc::new(answers);
        let mut engine =
            Engine::with_plugins(options(resolver), vec![plugin]).map_err(|errors| told(resolver, &errors))?;
        let done = engine.generate().await;
        // What we know of an import says more than what follows from it.
        let known = std::mem::take(&mut *problems.lock().unwrap_or_else(PoisonError::into_inner));
        if !known.is_empty() {
            return Err(known);
        }
        let output = done.map_err(|errors| told(resolver, &errors))?;
        let unresolved: Vec<Problem> = output
            .warnings
            .iter()
            .filter(|warning| warning.kind().to_string() == "UNRESOLVED_IMPORT")
            .take(MAX_PROBLEMS)
            .map(|warning| problem(resolver, warning))
            .collect();
        if !unresolved.is_empty() {
            return Err(unresolved);
        }
        let mut chunks = output.assets.into_iter().filter_map(|asset| match asset {
            Output::Chunk(chunk) => Some(chunk),
            Output::Asset(_) => None,
        });
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else {
            return Err(vec![Problem::general(ProblemKind::Other, "the bundler did not make one module")]);
        };
        let map = chunk.map.as_ref().map(|map| map::in_characters(map, &chunk.code, resolver)).unwrap_or_default();
        Ok(Bundle { code: chunk.code.clone(), map })
    }
}

fn options(resolver: &Resolver) -> BundlerOptions {
    let request = &resolver.request;
    let define = [("process.env.NODE_ENV", "\"production\"")];
    BundlerOptions {
        input: Some(vec![resolver.file_id(&request.entry).into()]),
        // Names in the output are relative to it, so that they are the same on every machine.
        cwd: Some(request.root.clone()),
        dir: Some("out".into()),
        platform: Some(Platform::Neutral),
        format: Some(OutputFormat::Esm),
        sourcemap: Some(SourceMapType::Hidden),
        code_splitting: Some(CodeSplittingMode::Bool(false)),
        tsconfig: Some(TsConfig::Auto(false)),
        define: Some(define.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()),
        transform: Some(transform(request)),
        ..BundlerOptions::default()
    }
}

fn transform(request: &Request) -> BundlerTransformOptions {
    let Classes { legacy_decorators, metadata, assigned_fields } = request.classes;
    let set = |on: bool| on.then_some(true);
    BundlerTransformOptions {
        jsx: Some(jsx(&request.jsx)),
        decorator: Some(DecoratorOptions {
            legacy: set(legacy_decorators),
            emit_decorator_metadata: set(metadata),
            ..DecoratorOptions::default()
        }),
        assumptions: Some(CompilerAssumptions {
            set_public_class_fields: set(assigned_fields),
            ..CompilerAssumptions::default()
        }),
        typescript: Some(TypeScriptOptions {
            remove_class_fields_without_initializer: set(assigned_fields),
            ..TypeScriptOptions::default()
        }),
        ..BundlerTransformOptions::default()
    }
}

fn jsx(jsx: &Jsx) -> Either<String, JsxOptions> {
    let runtime = if jsx.import_source.is_some() { "automatic" } else { "classic" };
    Either::Right(JsxOptions {
        runtime: Some(runtime.to_owned()),
        import_source: jsx.import_source.clone(),
        pragma: jsx.factory.clone(),
        pragma_frag: jsx.fragment.clone(),
        ..JsxOptions::default()
    })
}

fn told(resolver: &Resolver, errors: &[BuildDiagnostic]) -> Vec<Problem> {
    errors.iter().take(MAX_PROBLEMS).map(|error| problem(resolver, error)).collect()
}

fn problem(resolver: &Resolver, error: &BuildDiagnostic) -> Problem {
    let kind = match error.kind().to_string().as_str() {
        "UNRESOLVED_IMPORT" | "UNRESOLVED_ENTRY" => ProblemKind::Unresolved,
        "PARSE_ERROR" => ProblemKind::Syntax,
        _ => ProblemKind::Other,
    };
    let options = DiagnosticOptions { cwd: resolver.request.root.clone() };
    let diagnostic = error.to_diagnostic_with(&options);
    let message = match error.to_message_with(&options) {
        empty if empty.is_empty() => diagnostic.convert_to_string(false),
        message => message,
    };
    // Paths of this machine are nobody's business.
    let message = resolver.without_paths(&message);
    let (message, hint) = readable(&message);
    match diagnostic.get_primary_location() {
        Some((file, line, column, _)) => {
            let id = resolver.request.root.join(&file).display().to_string();
            let count = |from_zero: usize| u32::try_from(from_zero).unwrap_or(u32::MAX);
            let text = resolver.text(&id).ok().flatten().filter(|_| line == 1);
            let shift = text.map_or(0, |text| resolver.jsx_prefix(&id, &text).len());
            let column = count(column.saturating_sub(shift)).saturating_add(1);
            Problem { kind, message, file: resolver.shown(&id), line: count(line), column, hint }
        }
        None => Problem { hint, ..Problem::general(kind, message) },
    }
}

/// The bundler's words for what goes wrong often, in ours; and what to do.
fn readable(message: &str) -> (String, Option<String>) {
    let message = message.trim_end_matches('.');
    let quoted: Vec<&str> = message.split('"').collect();
    match quoted.as_slice() {
        ["", name, " is not exported by ", module, ..] => {
            let hint = if *name == "default" {
                "import what it exports by name, as in `import { name } from …`, or all of it with `import * as`"
            } else {
                "check the name; a type is imported with `import type` and exported with `export type`"
            };
            (format!("`{module}` does not export `{name}`"), Some(hint.to_owned()))
        }
        _ => (message.to_owned(), None),
    }
}

#[cfg(test)]
mod tests;
