//! Heap images: from a function's source to what a call starts from.

use super::engine::write_atomically;
use super::{CallError, Sandbox};
use chrono::{DateTime, Utc};
use ramekin_compiler::{BuildError as CompileError, Compiler, Diagnostics, Source, SourceMap, StartupMode};
use ramekin_host_api::ports::StackReader;
use ramekin_host_api::{CallState, EngineWorldPre, Environment, Failure, FailureKind};
use ramekin_model::{AppId, ConsoleLine, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
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
    cached: Option<PathBuf>,
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

    pub(super) fn world(&self) -> &EngineWorldPre<CallState> {
        &self.world
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

    /// Removes the copy on disk; calls that run, and later ones of this image, go on.
    pub fn forget(&self) {
        if let Some(path) = &self.cached {
            let _ = std::fs::remove_file(path);
            let _ = std::fs::remove_file(path.with_extension("json"));
        }
    }
}

impl StackReader for Image {
    fn read(&self, text: &str) -> String {
        ramekin_compiler::remap_stack(text, &self.source_map, &self.file_name)
    }
}

impl Sandbox {
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
        let path = self.image_path(&source, app, version);
        let now = version.timestamp_millis();
        let built = |(image, console): (Image, Vec<(u8, String)>)| {
            let line = |(level, message): (u8, String)| ConsoleLine {
                level: level_of(level),
                message: image.read(&message),
                timestamp: now,
            };
            let console = console.into_iter().map(line).collect();
            Built { image: Arc::new(image), console }
        };
        if let Some(loaded) = self.load(&source, path.clone()).await {
            return Ok(built(loaded));
        }
        let compiler = Compiler::new(self.inner().evaluator.clone());
        let setting = ramekin_compiler::Setting {
            wall_clock_ns: u64::try_from(version.timestamp_nanos_opt().unwrap_or_default()).unwrap_or_default(),
            environment: environment.expose().clone(),
            fuel: self.fuel(limits::EVALUATION_MS),
            fuel_slice: self.fuel_slice(),
            memory: limits::EVALUATION_MEMORY_MB as usize * 1024 * 1024,
        };
        let cap = Duration::from_millis(limits::EVALUATION_MS.into());
        let compiled = tokio::time::timeout(cap, compiler.build(&source, setting)).await;
        let artifact = match compiled.unwrap_or_else(|_| Err(ramekin_compiler::too_slow(&source))) {
            Ok(artifact) => artifact,
            Err(CompileError::Host(error)) => return Err(BuildError::Host(error)),
            Err(CompileError::Source(diagnostics)) => return Err(BuildError::Source(diagnostics)),
        };
        let startup = match artifact.startup {
            StartupMode::Snapshot => StartupKind::Snapshot,
            StartupMode::Sealed => StartupKind::Sealed,
            StartupMode::PerRequest(reason) => StartupKind::PerRequest(reason),
        };
        let sandbox = self.clone();
        let finishing = tokio::task::spawn_blocking(move || {
            let image = sandbox.finish(&source, &artifact.image, artifact.source_map, startup, &artifact.console, path);
            image.map(|image| (image, artifact.console))
        });
        let finished = finishing.await.map_err(|error| BuildError::Host(error.to_string()))?;
        Ok(built(finished.map_err(|error| BuildError::Host(format!("{error:#}")))?))
    }

    fn image_path(&self, source: &Source, app: &AppId, version: DateTime<Utc>) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(&self.inner().fingerprint);
        for part in [app.as_str(), &source.file_name] {
            hash.update(part);
            hash.update([0]);
        }
        hash.update(version.timestamp_micros().to_le_bytes());
        hash.update(source.code.as_bytes());
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.inner().images_dir.join(name).with_extension("cwasm")
    }

    async fn load(&self, source: &Source, path: PathBuf) -> Option<(Image, Vec<(u8, String)>)> {
        let sandbox = self.clone();
        let file_name = source.file_name.clone();
        let loading = tokio::task::spawn_blocking(move || {
            let sidecar: Sidecar = serde_json::from_slice(&std::fs::read(path.with_extension("json")).ok()?).ok()?;
            let module = sandbox.load_module(&path).ok()?;
            let source_map = SourceMap::from_json(&sidecar.source_map).ok()?;
            let image = sandbox.image(&module, source_map, file_name, sidecar.startup, Some(path)).ok()?;
            Some((image, sidecar.console))
        });
        loading.await.ok()?
    }

    fn finish(
        &self,
        source: &Source,
        image: &[u8],
        source_map: SourceMap,
        startup: StartupKind,
        console: &[(u8, String)],
        path: PathBuf,
    ) -> wasmtime::Result<Image> {
        let file_name = source.file_name.clone();
        if startup == StartupKind::Sealed {
            let module = Module::new(self.engine(), image)?;
            return self.image(&module, source_map, file_name, startup, None);
        }
        // From a file, so that its pages belong to the file and not to this process.
        let compiled = self.engine().precompile_module(image)?;
        let sidecar = Sidecar { startup: startup.clone(), source_map: source_map.to_json(), console: console.to_vec() };
        write_atomically(&path, &compiled)?;
        write_atomically(&path.with_extension("json"), &serde_json::to_vec(&sidecar)?)?;
        let module = self.load_module(&path)?;
        self.image(&module, source_map, file_name, startup, Some(path))
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
        cached: Option<PathBuf>,
    ) -> wasmtime::Result<Image> {
        let mut linker = self.inner().linker.clone();
        linker.root().module("image", module)?;
        let world = EngineWorldPre::new(linker.instantiate_pre(&self.inner().component)?)?;
        Ok(Image { world, source_map, file_name, startup, cached })
    }
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
