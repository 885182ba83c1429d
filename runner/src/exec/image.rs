//! Heap images: from a function's source to what a call starts from.

use super::engine::write_atomically;
use super::files::{ImageFile, ImageFiles, sidecar_of};
use super::pages::Pages;
use super::{CallError, Sandbox};
use chrono::{DateTime, Utc};
use ramekin_compiler::{
    Artifact, BuildError as CompileError, Compiler, Diagnostics, MODE_VARIABLE, Source, SourceMap, StartupMode,
};
use ramekin_host_api::ports::StackReader;
use ramekin_host_api::{CallState, EngineWorldPre, Environment, Failure, FailureKind};
use ramekin_model::{AppId, ConsoleLine, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Module;

/// The engine's own image, which every function's starts from.
pub(super) const BASE_IMAGE: &[u8] = include_bytes!("../../../engine/dist/base.wasm");

/// When a function's module is evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mode", content = "reason")]
pub enum StartupKind {
    /// At deploy.
    Snapshot,
    /// At deploy, and it read its environment: the image holds secrets and is never written to disk.
    Sealed,
    /// At the start of each call, because its top level does this.
    PerRequest(String),
}

/// What calls of one version of a function start from.
pub struct Image {
    world: EngineWorldPre<CallState>,
    source_map: SourceMap,
    file_name: String,
    startup: StartupKind,
    memory: u64,
    file: Option<ImageFile>,
    /// Of an image with a file.
    pages: Option<Pages>,
}

/// A finished build.
pub struct Built {
    /// The image.
    pub image: Arc<Image>,
    /// What the module wrote with `console` while it was evaluated.
    pub console: Vec<ConsoleLine>,
}

/// Why a source has no image.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The author can mend it.
    #[error("{0}")]
    Source(Diagnostics),
    /// Our fault.
    #[error("the function could not be built: {0}")]
    Host(String),
}

/// What stands beside a cached image.
#[derive(Serialize, Deserialize)]
struct Sidecar {
    startup: StartupKind,
    source_map: String,
    console: Vec<(u8, String)>,
}

impl Image {
    /// When its module is evaluated.
    pub fn startup(&self) -> &StartupKind {
        &self.startup
    }

    /// Whether it serves calls with the environment `now`, having been built with `then`.
    pub fn serves(&self, then: &Environment, now: &Environment) -> bool {
        match self.startup {
            StartupKind::Sealed => then.expose() == now.expose(),
            StartupKind::Snapshot | StartupKind::PerRequest(_) => mode(then) == mode(now),
        }
    }

    /// What a call is an instance of.
    pub(super) fn world(&self) -> &EngineWorldPre<CallState> {
        if let Some(pages) = &self.pages {
            pages.touch();
        }
        &self.world
    }

    /// To be said from time to time: the memory of an image that was not called since the last time but one is given back
    /// until its next call.
    pub fn rest(&self) {
        if let Some(pages) = &self.pages {
            pages.rest();
        }
    }

    /// A failure in the author's terms.
    pub(super) fn exception(&self, failure: Failure) -> CallError {
        let stack = failure.stack.map(|stack| self.read(&stack));
        let message = match failure.kind {
            FailureKind::Exit if failure.message.is_empty() => "the function ended itself with `Deno.exit`".into(),
            _ => failure.message,
        };
        CallError::Exception { message, stack }
    }

    /// Bytes of linear memory that a call begins with. Linear memory never shrinks, so it is the most that evaluating the
    /// module needed.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Leaves the copy on disk there for the next start of the server. One that was just built goes with its image
    /// otherwise, for its deploy may still fail.
    pub fn keep(&self) {
        if let Some(file) = &self.file {
            file.set_keep(true);
        }
    }

    /// Removes the copy on disk as soon as no call uses it: a later version has come, or none will.
    pub fn forget(&self) {
        if let Some(file) = &self.file {
            file.set_keep(false);
        }
    }
}

impl StackReader for Image {
    fn read(&self, text: &str) -> String {
        ramekin_compiler::remap_stack(text, &self.source_map, &self.file_name)
    }
}

impl Sandbox {
    /// The compiled images on disk.
    pub fn image_files(&self) -> ImageFiles {
        ImageFiles::new(self.inner().images_dir.clone(), self.tasks().clone())
    }

    /// Builds the image of a deployed version, or finds it on disk. No two versions share one, even if their source is the
    /// same: what the top level of a module takes from the clock and from randomness is a deploy's own. `version` is when
    /// it was deployed, and the time that the module sees while it is evaluated.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(
        &self,
        source: Source,
        app: &AppId,
        version: DateTime<Utc>,
        environment: &Environment,
    ) -> Result<Built, BuildError> {
        let path = self.image_path(&source, app, version, environment);
        let now = version.timestamp_millis();
        let built = |(image, console): (Image, Vec<(u8, String)>)| {
            let line = |(level, message): (u8, String)| ConsoleLine {
                level: level_of(level),
                // A stack in the author's terms may be longer than it was.
                message: first_characters(image.read(&message), limits::MAX_CONSOLE_LINE),
                timestamp: now,
            };
            let console = console.into_iter().map(line).collect();
            Built { image: Arc::new(image), console }
        };
        if let Some(loaded) = self.load(&source, path.clone()).await {
            return Ok(built(loaded));
        }
        let turn = Arc::clone(&self.inner().builds).acquire_owned().await;
        let turn = turn.map_err(|error| BuildError::Host(error.to_string()))?;
        let (source, artifact, turn) = self.compile(source, version, environment, turn).await?;
        let sandbox = self.clone();
        let finished = blocking(turn, move || sandbox.finish(&source, artifact, path)).await?.0;
        Ok(built(finished.map_err(|error| BuildError::Host(format!("{error:#}")))?))
    }

    async fn compile(
        &self,
        source: Source,
        version: DateTime<Utc>,
        environment: &Environment,
        turn: OwnedSemaphorePermit,
    ) -> Result<(Source, Artifact, OwnedSemaphorePermit), BuildError> {
        let transpile = move || (ramekin_compiler::transpile(&source), source);
        let ((transpiled, source), turn) = blocking(turn, transpile).await?;
        let transpiled = transpiled.map_err(BuildError::Source)?;
        let setting = ramekin_compiler::Setting {
            wall_clock_ns: u64::try_from(version.timestamp_nanos_opt().unwrap_or_default()).unwrap_or_default(),
            environment: environment.expose().clone(),
            fuel: self.fuel(limits::EVALUATION_MS),
            fuel_slice: self.fuel_slice(),
            memory: limits::EVALUATION_MEMORY_MB as usize * 1024 * 1024,
            console_lines: limits::MAX_CONSOLE_LINES,
            console_line: limits::MAX_CONSOLE_LINE,
        };
        let cap = Duration::from_millis(limits::EVALUATION_MS.into());
        let compiler = Compiler::new(self.inner().evaluator.clone());
        let compiled = tokio::time::timeout(cap, compiler.build(&source, transpiled, setting)).await;
        match compiled.unwrap_or_else(|_| Err(ramekin_compiler::too_slow(&source))) {
            Ok(artifact) => Ok((source, artifact, turn)),
            Err(CompileError::Host(error)) => Err(BuildError::Host(error)),
            Err(CompileError::Source(diagnostics)) => Err(BuildError::Source(diagnostics)),
        }
    }

    fn image_path(&self, source: &Source, app: &AppId, version: DateTime<Utc>, environment: &Environment) -> PathBuf {
        let mut content = Sha256::new();
        content.update(&self.inner().fingerprint);
        content.update(format!("{:?}", mode(environment)));
        content.update(source.code.as_bytes());
        self.image_files().path((app, &source.file_name, version), content)
    }

    async fn load(&self, source: &Source, path: PathBuf) -> Option<(Image, Vec<(u8, String)>)> {
        let sandbox = self.clone();
        let file_name = source.file_name.clone();
        let loading = tokio::task::spawn_blocking(move || {
            let sidecar: Sidecar = serde_json::from_slice(&std::fs::read(sidecar_of(&path)).ok()?).ok()?;
            let module = sandbox.load_module(&path).ok()?;
            let source_map = SourceMap::from_json(&sidecar.source_map).ok()?;
            let file = ImageFile::new(path, true);
            let image = sandbox.image(&module, source_map, file_name, sidecar.startup, Some(file)).ok()?;
            Some((image, sidecar.console))
        });
        loading.await.ok()?
    }

    fn finish(
        &self,
        source: &Source,
        artifact: Artifact,
        path: PathBuf,
    ) -> wasmtime::Result<(Image, Vec<(u8, String)>)> {
        let Artifact { image, startup, source_map, console } = artifact;
        let startup = match startup {
            StartupMode::Snapshot => StartupKind::Snapshot,
            StartupMode::Sealed => StartupKind::Sealed,
            StartupMode::PerRequest(reason) => StartupKind::PerRequest(reason),
        };
        let sidecar = Sidecar { startup, source_map: source_map.to_json(), console };
        let filed = match sidecar.startup {
            StartupKind::Sealed => None,
            StartupKind::Snapshot | StartupKind::PerRequest(_) => {
                let compiled = self.engine().precompile_module(&image)?;
                self.file(&compiled, &sidecar, path).inspect_err(|error| warn_no_file(self, error)).ok()
            }
        };
        let (module, file) = match filed {
            Some((module, file)) => (module, Some(file)),
            None => (Module::new(self.engine(), &image)?, None),
        };
        let Sidecar { startup, console, .. } = sidecar;
        Ok((self.image(&module, source_map, source.file_name.clone(), startup, file)?, console))
    }

    /// The image from a file, so that its pages belong to the file and not to this process.
    fn file(&self, compiled: &[u8], sidecar: &Sidecar, path: PathBuf) -> wasmtime::Result<(Module, ImageFile)> {
        // What is written goes again when the rest cannot be.
        let file = ImageFile::new(path, false);
        write_atomically(file.path(), compiled)?;
        write_atomically(&file.sidecar(), &serde_json::to_vec(sidecar)?)?;
        Ok((self.load_module(file.path())?, file))
    }

    fn load_module(&self, path: &Path) -> wasmtime::Result<Module> {
        // SAFETY: as for the engine: written by this server, for this engine, in a folder that is private.
        unsafe { Module::deserialize_file(self.engine(), path) }
    }

    fn image(
        &self,
        module: &Module,
        source_map: SourceMap,
        file_name: String,
        startup: StartupKind,
        file: Option<ImageFile>,
    ) -> wasmtime::Result<Image> {
        let memory = module.get_export("memory").and_then(|export| {
            let memory = export.memory()?.clone();
            Some(memory.minimum().saturating_mul(memory.page_size()))
        });
        let memory = memory.ok_or_else(|| wasmtime::Error::msg("the image has no memory"))?;
        let mut linker = self.inner().linker.clone();
        linker.root().module("image", module)?;
        let world = EngineWorldPre::new(linker.instantiate_pre(&self.inner().component)?)?;
        let pages = file.is_some().then(|| Pages::new(module.clone()));
        Ok(Image { world, source_map, file_name, startup, memory, file, pages })
    }
}

/// The one variable that an image may hold and still be written to disk.
fn mode(environment: &Environment) -> Option<&String> {
    environment.expose().get(MODE_VARIABLE)
}

/// Does work that holds its thread. The turn comes back with its result, and stays taken until the work is done, even when
/// nobody waits for it any more.
async fn blocking<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, OwnedSemaphorePermit), BuildError> {
    let done = tokio::task::spawn_blocking(move || (work(), turn)).await;
    done.map_err(|error| BuildError::Host(error.to_string()))
}

fn warn_no_file(sandbox: &Sandbox, error: &wasmtime::Error) {
    static WARNED: Once = Once::new();
    let dir = sandbox.inner().images_dir.display();
    WARNED.call_once(|| {
        tracing::warn!(
            "images of functions cannot be kept in `{dir}`: {error:#}; they take memory instead, and are built again after \
             a restart: make room on that disk or see to the folder's permissions (this is said once)"
        );
    });
}

fn first_characters(mut text: String, characters: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(characters) {
        text.truncate(at);
    }
    text
}

fn level_of(level: u8) -> ramekin_model::LogLevel {
    use ramekin_model::LogLevel;
    match level {
        0 => LogLevel::Debug,
        2 => LogLevel::Info,
        3 => LogLevel::Warn,
        4 => LogLevel::Error,
        _ => LogLevel::Log,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_lines_are_cut_after_so_many_characters() {
        let exact = "ä".repeat(limits::MAX_CONSOLE_LINE);
        assert_eq!(first_characters(exact.clone(), limits::MAX_CONSOLE_LINE), exact);
        assert_eq!(first_characters(format!("{exact}x"), limits::MAX_CONSOLE_LINE), exact);
    }
}
