//! Images of functions, made when they are first needed: by the deploy, or after a restart by the first call. However
//! many calls arrive at once, one build runs per version.

use crate::exec::{BuildError, Image, Sandbox};
use crate::registry::FunctionEntry;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use ramekin_compiler::{Source, SourceMap, SourceMapError};
use ramekin_host_api::Environment;
use ramekin_model::{Bundle, Function, FunctionName};
use ramekin_store::Store;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A failed build is not tried again for so long.
const RETRY: Duration = Duration::from_secs(2);

/// Where the image of one version of a function is, once it is there.
#[derive(Default)]
pub struct ImageCell {
    ready: OnceLock<Arc<Image>>,
    building: Mutex<Option<Building>>,
    discarded: AtomicBool,
}

type Outcome = Result<Arc<Image>, ImageError>;

struct Building {
    started: Instant,
    outcome: Shared<BoxFuture<'static, Outcome>>,
}

/// Why there is no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The source does not build any more: the engine has changed since it was deployed.
    #[error("{0}")]
    Source(String),
    /// Its environment variables cannot be decrypted.
    #[error("its environment variables cannot be decrypted with the key of this server")]
    Environment,
    /// The database did not give the source.
    #[error("the function's source is not at hand: {0}")]
    Store(String),
    /// The build failed for a reason of ours.
    #[error("{0}")]
    Host(String),
}

impl ImageCell {
    /// A cell with the image of a version that is stored.
    pub fn filled(image: &Arc<Image>) -> Arc<Self> {
        let cell = Self::default();
        cell.fill(image);
        Arc::new(cell)
    }

    /// The image, when it is there.
    pub fn ready(&self) -> Option<&Arc<Image>> {
        self.ready.get()
    }

    fn fill(&self, image: &Arc<Image>) {
        image.keep();
        let _ = self.ready.set(Arc::clone(image));
        // The version may have been replaced while its image was built.
        if self.discarded.load(Ordering::SeqCst) {
            image.forget();
        }
    }

    /// The image needs no copy on disk any more, nor will it if it is still being built: a later version has come, or none
    /// will.
    pub fn discard(&self) {
        self.discarded.store(true, Ordering::SeqCst);
        if let Some(image) = self.ready() {
            image.forget();
        }
    }
}

/// The name of a function's source in stack traces and diagnostics.
pub fn file_name(name: &FunctionName) -> String {
    format!("{name}.ts")
}

/// What a function is built from: the text that was deployed, or the module that was made of it.
///
/// # Errors
/// When the source map of the module is damaged.
pub fn source(name: &FunctionName, code: String, bundle: Option<Bundle>) -> Result<Source, SourceMapError> {
    match bundle {
        Some(bundle) => Ok(Source::bundled(file_name(name), bundle.code, SourceMap::from_json(&bundle.map)?)),
        None => Ok(Source::new(file_name(name), code)),
    }
}

/// Makes images.
#[derive(Clone)]
pub struct Images {
    /// Where sources are.
    pub store: Store,
    /// Where they are built.
    pub sandbox: Sandbox,
}

impl Images {
    /// The image of a function, built now if need be.
    ///
    /// # Errors
    /// See [`ImageError`].
    pub async fn image(&self, entry: &FunctionEntry) -> Outcome {
        if !entry.env_readable {
            return Err(ImageError::Environment);
        }
        match entry.image.ready() {
            Some(image) => Ok(Arc::clone(image)),
            None => self.building(entry).await,
        }
    }

    fn building(&self, entry: &FunctionEntry) -> Shared<BoxFuture<'static, Outcome>> {
        let mut building = entry.image.building.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(current) = building.as_ref() {
            let failed = current.outcome.peek().is_some_and(Result::is_err);
            if !failed || current.started.elapsed() < RETRY {
                return current.outcome.clone();
            }
        }
        // In a task of its own: the caller that started it may go away while others wait.
        let build = self.clone().build(entry);
        let task = self.sandbox.tasks().spawn(build);
        let outcome = task.map(|joined| joined.unwrap_or_else(|error| Err(ImageError::Host(error.to_string()))));
        let outcome = outcome.boxed().shared();
        *building = Some(Building { started: Instant::now(), outcome: outcome.clone() });
        outcome
    }

    fn build(self, entry: &FunctionEntry) -> impl Future<Output = Outcome> + use<> {
        let (cell, environment) = (Arc::clone(&entry.image), Arc::clone(&entry.environment));
        let function = entry.function.clone();
        async move {
            let outcome = self.make(&function, &environment).await;
            match &outcome {
                Ok(image) => cell.fill(image),
                Err(error) => {
                    let (id, name) = (function.id, &function.name);
                    tracing::error!(function.id = %id, function.name = %name, "cannot load the function `{name}`: {error}");
                }
            }
            outcome
        }
    }

    async fn make(&self, function: &Function, environment: &Environment) -> Outcome {
        let stored = self.store.functions().source(function.id).await;
        let stored = stored.map_err(|error| ImageError::Store(error.to_string()))?;
        let stored = stored.ok_or_else(|| ImageError::Store("it was deleted".into()))?;
        let source = source(&function.name, stored.code, stored.bundle);
        let source = source.map_err(|error| ImageError::Store(error.to_string()))?;
        match self.sandbox.build(source, &function.app_id, function.deployed_at, environment).await {
            Ok(built) => Ok(built.image),
            Err(BuildError::Source(diagnostics)) => Err(ImageError::Source(diagnostics.to_string())),
            Err(BuildError::Host(text)) => Err(ImageError::Host(text)),
        }
    }
}
