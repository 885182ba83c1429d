//! The pipeline after transpiling: evaluate, take the image.

use crate::snapshot::{Evaluator, ModuleSource, Setting, Snapshot, SnapshotError, Startup};
use crate::{Diagnostic, DiagnosticCode, Diagnostics, Import, Source, SourceMap, Transpiled};

/// When a function's module is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartupMode {
    /// At deploy.
    Snapshot,
    /// At deploy, and it read its environment: the image holds secrets.
    Sealed,
    /// At the start of each call, because its top level does this.
    PerRequest(String),
}

/// A function, ready to run.
#[derive(Debug)]
pub struct Artifact {
    /// The image module.
    pub image: Vec<u8>,
    /// When the module is evaluated.
    pub startup: StartupMode,
    /// From positions in the evaluated code to positions in the source.
    pub source_map: SourceMap,
    /// What the module wrote with `console`: level and text.
    pub console: Vec<(u8, String)>,
}

/// Why a source gave no artifact.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The author can mend it.
    #[error("{0}")]
    Source(Diagnostics),
    /// The engine failed.
    #[error("{0}")]
    Host(String),
}

/// Builds functions.
pub struct Compiler {
    evaluator: Evaluator,
}

impl Compiler {
    /// A compiler that evaluates here.
    pub fn new(evaluator: Evaluator) -> Self {
        Self { evaluator }
    }

    /// Builds one function from what [`crate::transpile`] made of its source. That step is the caller's because it holds
    /// its thread for as long as it takes. The caller bounds the wall time of this one by dropping the future.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(
        &self,
        source: &Source,
        transpiled: Transpiled,
        setting: Setting,
    ) -> Result<Artifact, BuildError> {
        let (snapshot, startup) = self.evaluate(source, &transpiled, setting).await?;
        if !snapshot.has_handler {
            let message = no_handler(&transpiled);
            return Err(evaluation(source, &transpiled.source_map, &message, None));
        }
        Ok(Artifact { image: snapshot.image, startup, source_map: transpiled.source_map, console: snapshot.console })
    }

    async fn evaluate(
        &self,
        source: &Source,
        transpiled: &Transpiled,
        setting: Setting,
    ) -> Result<(Snapshot, StartupMode), BuildError> {
        let map = &transpiled.source_map;
        let module = || ModuleSource { name: source.file_name.clone(), code: transpiled.code.clone() };
        let error = |error: SnapshotError| match &error {
            SnapshotError::Syntax(message, stack) | SnapshotError::Threw(message, stack) => {
                missing_export(source, &transpiled.imports, message)
                    .unwrap_or_else(|| evaluation(source, map, message, stack.as_deref()))
            }
            SnapshotError::TooLong | SnapshotError::TooLarge => evaluation(source, map, &error.to_string(), None),
            SnapshotError::NeedsCall(_) | SnapshotError::Engine(_) => BuildError::Host(format!("{error:#}")),
        };
        match self.evaluator.evaluate(module(), Startup::Snapshot, setting.clone()).await {
            Ok(snapshot) => {
                let startup = if snapshot.read_environment { StartupMode::Sealed } else { StartupMode::Snapshot };
                Ok((snapshot, startup))
            }
            Err(SnapshotError::NeedsCall(what)) => {
                let snapshot = self.evaluator.evaluate(module(), Startup::PerRequest, setting).await.map_err(error)?;
                Ok((snapshot, StartupMode::PerRequest(what)))
            }
            Err(other) => Err(error(other)),
        }
    }
}

/// What the engine says of an import of a name that one of its own modules does not have, in the author's words.
fn missing_export(source: &Source, imports: &[Import], message: &str) -> Option<BuildError> {
    let (name, rest) = message.strip_prefix("Could not find export '")?.split_once("' in module '")?;
    let module = ["ramekin:js/node/", "ramekin:js/stubs/"].iter().find_map(|folder| rest.strip_prefix(folder))?;
    let module = module.strip_suffix(".js'")?;
    let plain = |specifier: &str| {
        let path = ["node:", "ramekin:"].iter().find_map(|scheme| specifier.strip_prefix(scheme));
        path.unwrap_or(specifier) == module
    };
    let import = imports.iter().find(|import| plain(&import.specifier))?;
    let text = format!("`{}` does not export `{name}`", import.specifier);
    let at = (import.line, import.column);
    let code = DiagnosticCode::Evaluation;
    let diagnostic = match &source.bundle {
        Some(map) => Diagnostic::new(code, &text, source.file_name.as_str(), at, None).traced(map),
        None => Diagnostic::new(code, &text, source.file_name.as_str(), at, Some(&source.code)),
    };
    Some(BuildError::Source(
        diagnostic.with_hint("check the name; docs/node.md says what is there of Node's modules").into(),
    ))
}

fn no_handler(transpiled: &Transpiled) -> String {
    let names: Vec<String> = transpiled.exports.iter().map(|name| format!("`{name}`")).collect();
    let exported = match names.as_slice() {
        [] => String::new(),
        [..] => format!(" (it exports {})", names.join(", ")),
    };
    format!(
        "the module has no handler{exported}: export a function called `handler`, export a function as default, export default an \
         object with a `fetch` method, call Deno.serve(handler), or listen to the event `fetch`"
    )
}

fn evaluation(source: &Source, map: &SourceMap, message: &str, stack: Option<&str>) -> BuildError {
    let found = vec![Diagnostic::evaluation(source, map, message, stack)];
    Diagnostics::collect(found).map_or_else(|| BuildError::Host(message.to_owned()), BuildError::Source)
}

/// The module's top level took longer on the wall clock than a deploy may take.
pub fn too_slow(source: &Source) -> BuildError {
    evaluation(source, &SourceMap::default(), &SnapshotError::TooLong.to_string(), None)
}
