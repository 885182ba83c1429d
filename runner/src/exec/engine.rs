//! The compiled engine of this host: one for all functions, precompiled and cached on disk.

use super::image::BASE_IMAGE;
use ramekin_compiler::{Evaluator, ModuleSource, Setting, Startup};
use ramekin_host_api::CallState;
use ramekin_model::limits;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::task::TaskTracker;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, Module, OptLevel, PoolingAllocationConfig};

/// The engine, as built by `cargo xtask build-engine`.
const ENGINE: &[u8] = include_bytes!("../../../engine/dist/engine.wasm");

/// What an instance keeps mapped when it is gone: all of it, for what it wrote is found by scanning the page map.
const KEEP_RESIDENT: usize = 32 << 20;
/// Without the scan the kept range is copied back whole, so only the stack and the heap's start are kept.
const KEEP_RESIDENT_UNSCANNED: usize = 256 << 10;
/// CPU time counts in fuel, calibrated on interpreted JavaScript; what runs in bulk operations burns less of it and
/// compiled loops burn more. The wall clock is the exact limit, this one a backstop.
const CPU_MARGIN: u64 = 4;

/// Where and how large.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Compiled code is kept here. Whoever can write here can run code as the server: the folder must be private.
    pub cache_dir: PathBuf,
    /// Instances that may be alive at once.
    pub max_instances: u32,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The cache folder cannot be used.
    #[error("the cache folder `{path}` cannot be used: {source}")]
    Cache {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// wasmtime refused.
    #[error("the engine cannot be set up: {0:#}")]
    Engine(#[from] wasmtime::Error),
    /// The engine cannot evaluate JavaScript.
    #[error("the engine does not work: {0}")]
    Evaluate(#[from] ramekin_compiler::SnapshotError),
}

/// The compiled engine and what is needed to build images and make calls. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

pub(super) struct Inner {
    engine: Engine,
    pub(super) component: Component,
    pub(super) linker: Linker<CallState>,
    pub(super) evaluator: Evaluator,
    pub(super) images_dir: PathBuf,
    /// Names the engine, the compiler and its settings: part of every cached image's name.
    pub(super) fingerprint: String,
    fuel_per_ms: u64,
    tasks: TaskTracker,
}

impl Sandbox {
    /// Compiles the engine, or loads it when it was compiled before. Takes seconds the first time.
    ///
    /// # Errors
    /// See [`SandboxError`].
    pub async fn open(options: SandboxOptions) -> Result<Self, SandboxError> {
        let opened = tokio::task::spawn_blocking(move || prepare(&options)).await;
        let prepared = opened.map_err(|error| wasmtime::Error::msg(error.to_string()))??;
        let fuel_per_ms = calibrate(&prepared.evaluator).await?;
        tracing::debug!(fuel_per_ms, "calibrated the sandbox: {fuel_per_ms} units of fuel per millisecond");
        Ok(Self(Arc::new(Inner { fuel_per_ms, ..prepared })))
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Work that outlives the request that started it. Shutting down waits for it.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// CPU budget for so many milliseconds.
    pub(super) fn fuel(&self, ms: u32) -> u64 {
        u64::from(ms).saturating_mul(self.0.fuel_per_ms).saturating_mul(CPU_MARGIN)
    }

    /// About a millisecond.
    pub(super) fn fuel_slice(&self) -> u64 {
        self.0.fuel_per_ms
    }

    /// CPU time that burnt so much fuel.
    pub(super) fn cpu(&self, fuel: u64) -> Duration {
        Duration::from_micros(fuel.saturating_mul(1_000) / self.0.fuel_per_ms.max(1))
    }
}

fn prepare(options: &SandboxOptions) -> Result<Inner, SandboxError> {
    let images_dir = options.cache_dir.join("images");
    std::fs::create_dir_all(&images_dir)
        .map_err(|source| SandboxError::Cache { path: options.cache_dir.clone(), source })?;
    let engine = Engine::new(&config(options.max_instances))?;
    let fingerprint = fingerprint(&engine);
    let component = load_or_compile(&engine, &options.cache_dir.join(format!("engine-{fingerprint}.cwasm")))?;
    let base = Module::new(&engine, BASE_IMAGE)?;
    let evaluator = Evaluator::new(&engine, &component, &base)?;
    let mut linker = Linker::new(&engine);
    ramekin_host_api::add_to_linker(&mut linker)?;
    Ok(Inner {
        engine,
        component,
        linker,
        evaluator,
        images_dir,
        fingerprint,
        fuel_per_ms: 0,
        tasks: TaskTracker::new(),
    })
}

fn config(max_instances: u32) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    // An instance of the component is the image, the engine, and the two small modules that tie the imports.
    let scan = PoolingAllocationConfig::is_pagemap_scan_available();
    pool.total_component_instances(max_instances)
        .total_core_instances(max_instances.saturating_mul(4))
        .total_memories(max_instances)
        .total_tables(max_instances.saturating_mul(2))
        .total_stacks(max_instances.saturating_mul(2))
        .max_memory_size(limits::MAX_MEMORY_MB as usize * 1024 * 1024)
        .table_elements(20_000)
        .pagemap_scan(if scan { Enabled::Yes } else { Enabled::No })
        .linear_memory_keep_resident(if scan { KEEP_RESIDENT } else { KEEP_RESIDENT_UNSCANNED })
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .consume_fuel(true)
        .wasm_component_model_async(true)
        .cranelift_opt_level(OptLevel::Speed)
        // QuickJS refuses recursion by its own stack's filling; native frames must not run out before.
        .max_wasm_stack(24 << 20)
        .async_stack_size(25 << 20);
    config
}

/// A name for exactly this engine, compiled exactly this way.
fn fingerprint(engine: &Engine) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut settings = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut settings);
    let mut hash = Sha256::new();
    hash.update(ENGINE);
    hash.update(BASE_IMAGE);
    hash.update(settings.finish().to_le_bytes());
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn load_or_compile(engine: &Engine, path: &Path) -> Result<Component, SandboxError> {
    if path.exists() {
        match load_component(engine, path) {
            Ok(component) => return Ok(component),
            Err(error) => tracing::warn!("the cached engine `{}` is compiled again: {error:#}", path.display()),
        }
    }
    tracing::info!("compiling the engine for this machine; this takes some seconds and happens once");
    let started = Instant::now();
    let compiled = engine.precompile_component(ENGINE)?;
    write_atomically(path, &compiled).map_err(|source| SandboxError::Cache { path: path.to_path_buf(), source })?;
    tracing::info!("compiled the engine in {:.1} s", started.elapsed().as_secs_f64());
    Ok(load_component(engine, path)?)
}

fn load_component(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file was written by this server, for this very engine (its name says so), in a folder that is private.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Writes a file that is either there whole or not there.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

/// How much fuel a millisecond of interpreted JavaScript burns here: the best of a few samples, for a busy machine makes
/// it look slower than it is. A short run is taken off, so that making the instance does not count.
async fn calibrate(evaluator: &Evaluator) -> Result<u64, SandboxError> {
    let mut best = 1;
    for _ in 0..3 {
        let (short_fuel, short_time) = sample(evaluator, 1_000).await?;
        let (fuel, time) = sample(evaluator, 200_000).await?;
        let micros = u64::try_from(time.saturating_sub(short_time).as_micros()).unwrap_or(u64::MAX).max(1);
        best = best.max(fuel.saturating_sub(short_fuel).saturating_mul(1_000) / micros);
    }
    Ok(best)
}

async fn sample(evaluator: &Evaluator, turns: u32) -> Result<(u64, Duration), SandboxError> {
    let code =
        format!("let x = 0; for (let i = 0; i < {turns}; i++) x = (x + i * 7) % 1000; export const handler = () => x;");
    let source = ModuleSource { name: "calibrate.js".into(), code };
    let started = Instant::now();
    let snapshot = evaluator.evaluate(source, Startup::Snapshot, Setting::default()).await?;
    Ok((snapshot.fuel_used, started.elapsed()))
}
