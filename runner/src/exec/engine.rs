//! The compiled engine of this host: one for all functions, precompiled and cached on disk.

use super::image::BASE_IMAGE;
use super::rest::Crowd;
use ramekin_compiler::{Evaluator, ModuleSource, Setting, Startup};
use ramekin_host_api::{CallState, Crypto, CryptoPool};
use ramekin_model::limits;
use ramekin_support::Modules;
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, Module, OptLevel, PoolingAllocationConfig};

/// The engine, as built by `cargo xtask build-engine`.
const ENGINE: &[u8] = include_bytes!("../../../engine/dist/engine.wasm");
/// Its JavaScript that is not in the base image.
const MODULES: &[u8] = include_bytes!("../../../engine/dist/modules.bin");

/// What an instance keeps mapped when it is gone: what it wrote, found by scanning the page map. More than this is given back,
/// so that one burst of hungry calls does not stay in memory.
const KEEP_RESIDENT: usize = 4 << 20;
/// Without the scan the kept range is copied back whole, so only the stack and the heap's start are kept.
const KEEP_RESIDENT_UNSCANNED: usize = 256 << 10;
/// CPU time counts in fuel, calibrated on interpreted JavaScript; what runs in bulk operations burns less of it and
/// compiled loops burn more. The wall clock is the exact limit, this one a backstop.
const CPU_MARGIN: u64 = 4;

/// Fuel per millisecond of the slowest and the fastest machine. A unit is about one Wasm instruction; a server core of 2025
/// measures 20 million. A fortieth of it is a small board's, five times as much no machine's: what is measured beyond these
/// bounds has failed, and believing it would switch the limits off.
const FUEL_PER_MS: RangeInclusive<u64> = 500_000..=100_000_000;
/// Images that are built at once, for deploys and for calls: building takes CPU that running calls need too.
const BUILDS: usize = 2;

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
    pub(super) modules: Arc<Modules>,
    pub(super) images_dir: PathBuf,
    /// Names the engine, the compiler and its settings: part of every cached image's name.
    pub(super) fingerprint: String,
    fuel_per_ms: u64,
    crypto: CryptoPool,
    /// Turns of those that build images.
    pub(super) builds: Arc<Semaphore>,
    tasks: TaskTracker,
    crowd: Crowd,
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

    /// The calls that wait.
    pub(super) fn crowd(&self) -> &Crowd {
        &self.0.crowd
    }

    /// CPU budget for so many milliseconds.
    pub(super) fn fuel(&self, ms: u32) -> u64 {
        u64::from(ms).saturating_mul(self.0.fuel_per_ms).saturating_mul(CPU_MARGIN)
    }

    /// About a millisecond.
    pub(super) fn fuel_slice(&self) -> u64 {
        self.0.fuel_per_ms
    }

    /// Cryptography on the host for one call.
    pub(super) fn crypto(&self) -> Crypto {
        Crypto::new(self.0.crypto.clone(), self.0.fuel_per_ms)
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
    let modules = Arc::new(Modules::read(MODULES).map_err(|error| wasmtime::Error::msg(error.to_string()))?);
    let evaluator = Evaluator::new(&engine, &component, &base, Arc::clone(&modules))?;
    let mut linker = Linker::new(&engine);
    ramekin_host_api::add_to_linker(&mut linker)?;
    Ok(Inner {
        engine,
        component,
        linker,
        evaluator,
        modules,
        images_dir,
        fingerprint,
        fuel_per_ms: 0,
        crypto: CryptoPool::new(std::thread::available_parallelism().map_or(1, usize::from)),
        builds: Arc::new(Semaphore::new(BUILDS)),
        tasks: TaskTracker::new(),
        crowd: Crowd::default(),
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
        // However much of its memory a module leaves empty, its image is mapped, never copied.
        .memory_guaranteed_dense_image_size(u64::from(limits::EVALUATION_MEMORY_MB) << 20)
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
    hash.update(MODULES);
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
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

/// Fuel that a run burnt, and how long it took.
type Sample = (u64, Duration);

/// How much fuel a millisecond of interpreted JavaScript burns here. A busy machine makes single runs look slower than they
/// are, so the fastest of a few counts.
async fn calibrate(evaluator: &Evaluator) -> Result<u64, SandboxError> {
    let (mut short, mut long) = ((0, Duration::MAX), (0, Duration::MAX));
    for _ in 0..5 {
        short = faster(short, sample(evaluator, 1_000).await?);
        long = faster(long, sample(evaluator, 200_000).await?);
    }
    Ok(fuel_per_ms(short, long))
}

fn faster(one: Sample, other: Sample) -> Sample {
    if other.1 < one.1 { other } else { one }
}

/// The rate between a short run and a long one: what both do, such as making the instance, does not count.
fn fuel_per_ms((short_fuel, short_time): Sample, (long_fuel, long_time): Sample) -> u64 {
    // Without a difference that makes sense the long run counts whole: a rate that is too low errs on the safe side.
    let time = long_time.checked_sub(short_time).filter(|time| !time.is_zero()).unwrap_or(long_time);
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
    let rate = long_fuel.saturating_sub(short_fuel).saturating_mul(1_000) / micros;
    rate.clamp(*FUEL_PER_MS.start(), *FUEL_PER_MS.end())
}

async fn sample(evaluator: &Evaluator, turns: u32) -> Result<Sample, SandboxError> {
    let code =
        format!("let x = 0; for (let i = 0; i < {turns}; i++) x = (x + i * 7) % 1000; export const handler = () => x;");
    let source = ModuleSource { name: "calibrate.js".into(), code };
    let started = Instant::now();
    let snapshot = evaluator.evaluate(source, Startup::Snapshot, Setting::default()).await?;
    Ok((snapshot.fuel_used, started.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_rate_is_what_a_long_run_burns_beyond_a_short_one() {
        assert_eq!(fuel_per_ms((1_000_000, MS), (21_000_000, MS * 21)), 1_000_000);
    }

    #[test]
    fn one_delayed_run_among_several_changes_nothing() {
        let short = faster((1_000_000, MS * 20), (1_000_000, MS));
        let long = faster((21_000_000, MS * 21), (21_000_000, MS * 400));
        assert_eq!(fuel_per_ms(short, long), 1_000_000);
    }

    #[test]
    fn runs_that_make_no_sense_give_a_rate_that_some_machine_has() {
        let (slowest, fastest) = (*FUEL_PER_MS.start(), *FUEL_PER_MS.end());
        assert_eq!(fuel_per_ms((1_000_000, MS * 30), (21_000_000, MS * 20)), 1_000_000, "the short run took longer");
        assert_eq!(fuel_per_ms((0, MS), (0, MS)), slowest);
        assert_eq!(fuel_per_ms((0, Duration::ZERO), (u64::MAX, Duration::ZERO)), fastest);
        let seconds = |rate: u64| fuel_per_ms((0, Duration::ZERO), (rate * 1_000, MS * 1_000));
        assert_eq!([slowest - 1, slowest, fastest, fastest + 1].map(seconds), [slowest, slowest, fastest, fastest]);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.cwasm");
        write_atomically(&path, b"1").unwrap();
        write_atomically(&path, b"2").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        // A folder is not replaced by a file.
        let taken = dir.path().join("b.cwasm");
        std::fs::create_dir_all(taken.join("c")).unwrap();
        write_atomically(&taken, b"3").unwrap_err();
        write_atomically(&dir.path().join("nowhere").join("d.cwasm"), b"4").unwrap_err();
        let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}
