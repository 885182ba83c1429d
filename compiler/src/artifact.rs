//! The pipeline: transpile, evaluate, take the image.

use crate::snapshot::{Evaluator, ModuleSource, Setting, Snapshot, SnapshotError, Startup};
use crate::{Diagnostic, Diagnostics, Source, SourceMap, transpile};

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
    /// It cannot be parsed, or uses what is not supported.
    #[error("{0}")]
    Source(Diagnostics),
    /// Its top level threw: message and stack, in positions of the source.
    #[error("{0}")]
    Threw(String, Option<String>),
    /// It has no handler.
    #[error("the module has no handler")]
    NoHandler,
    /// Its top level took too long.
    #[error("the module's top level did not finish within its time limit")]
    TooLong,
    /// Its top level took too much memory.
    #[error("the module's top level needs more memory than a deploy may use")]
    TooLarge,
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

    /// Builds one function. The caller bounds the wall time by dropping the future.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(&self, source: &Source, setting: Setting) -> Result<Artifact, BuildError> {
        let transpiled = transpile(source).map_err(BuildError::Source)?;
        let (snapshot, startup) = self.evaluate(source, &transpiled.code, &transpiled.source_map, setting).await?;
        if !snapshot.has_handler {
            return Err(BuildError::NoHandler);
        }
        Ok(Artifact { image: snapshot.image, startup, source_map: transpiled.source_map, console: snapshot.console })
    }

    async fn evaluate(
        &self,
        source: &Source,
        code: &str,
        map: &SourceMap,
        setting: Setting,
    ) -> Result<(Snapshot, StartupMode), BuildError> {
        let module = || ModuleSource { name: source.file_name.clone(), code: code.to_owned() };
        let error = |error| match error {
            SnapshotError::Syntax(message, stack) | SnapshotError::Threw(message, stack) => {
                BuildError::Threw(message, stack.map(|stack| crate::remap_stack(&stack, map, &source.file_name)))
            }
            SnapshotError::TooLong => BuildError::TooLong,
            SnapshotError::TooLarge => BuildError::TooLarge,
            SnapshotError::NeedsCall(what) => BuildError::Host(format!("the top level uses {what}")),
            SnapshotError::Engine(error) => BuildError::Host(format!("{error:#}")),
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

impl BuildError {
    /// The same as diagnostics about the source.
    pub fn into_diagnostics(self, source: &Source) -> Diagnostics {
        match self {
            Self::Source(diagnostics) => diagnostics,
            Self::Threw(message, stack) => Diagnostics(vec![Diagnostic::evaluation(source, &message, stack.as_deref())]),
            other => Diagnostics(vec![Diagnostic::evaluation(source, &other.to_string(), None)]),
        }
    }
}
