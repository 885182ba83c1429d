//! `build-engine`: from `engine/` and `wit/` to `engine/dist/`.

use crate::{core_module, inputs, patched, serving_component};
use anyhow::{Context, Result, bail};
use ramekin_compiler::{Evaluator, SnapshotError, image};
use ramekin_support::Modules;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Module, OptLevel};

/// Builds everything and writes it.
pub fn run() -> Result<()> {
    let root = inputs::root();
    let engine = root.join("engine");
    let core = core_module::link_wasi(&compile(&engine)?)?;
    let core = optimize(&core)?;
    core_module::check_globals(&core)?;
    let memory = core_module::initial_memory(&core)?;
    let component = wit_component::ComponentEncoder::default().module(&core)?.validate(true).encode()?;
    let component = serving_component::rewrite(&component, memory.len() as u64 / 65_536)?;
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&component)
        .context("the rewritten component is not valid")?;
    let (base, modules) = bootstrap(&component, &image(&memory), &engine.join("js"))?;

    let dist = engine.join("dist");
    std::fs::create_dir_all(&dist)?;
    std::fs::write(dist.join("engine.wasm"), &component)?;
    std::fs::write(dist.join("base.wasm"), &base)?;
    std::fs::write(dist.join("modules.bin"), &modules)?;
    std::fs::write(dist.join("builtins.txt"), builtins(&engine.join("js"))?)?;
    std::fs::write(dist.join("engine.sha256"), record(&component, &base, &modules)?)?;
    Ok(())
}

/// Paths of the modules that functions import by name, one a line.
fn builtins(js: &Path) -> Result<String> {
    let mut paths = std::collections::BTreeSet::new();
    for folder in ["node", "stubs"] {
        let folder = js.join(folder);
        for file in inputs::files(&folder)? {
            let path = file.strip_prefix(&folder)?.to_string_lossy().replace('\\', "/");
            paths.extend(path.strip_suffix(".js").map(str::to_owned));
        }
    }
    Ok(paths.into_iter().map(|path| path + "\n").collect())
}

/// What `engine/dist/engine.sha256` says.
pub fn record(engine: &[u8], base: &[u8], modules: &[u8]) -> Result<String> {
    let lines = [
        ("inputs", inputs::hash()?),
        ("engine.wasm", inputs::sha256(engine)),
        ("base.wasm", inputs::sha256(base)),
        ("modules.bin", inputs::sha256(modules)),
    ];
    Ok(lines.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect())
}

fn compile(engine: &Path) -> Result<Vec<u8>> {
    let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    let patched = format!("paths={:?}", patched::folders(engine, &cargo)?);
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "--config", &patched, "--config", &nameless_paths()?])
        .current_dir(engine)
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .context("running cargo for the engine")?;
    if !status.success() {
        bail!(
            "the engine does not build. It needs `rustup target add wasm32-wasip1` and a WASI SDK: set WASI_SDK to its folder \
             and LIBCLANG_PATH to the folder of a libclang"
        );
    }
    let built = engine.join("target/wasm32-wasip1/release/ramekin_engine.wasm");
    std::fs::read(&built).with_context(|| format!("reading `{}`", built.display()))
}

/// A setting for cargo: panics name files relative to the folders they were built from, not where those lie on this machine.
fn nameless_paths() -> Result<String> {
    let home = std::env::home_dir().unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let rustc = Command::new("rustc").args(["--print", "sysroot"]).output().context("running rustc")?;
    let sysroot = PathBuf::from(String::from_utf8(rustc.stdout)?.trim());
    let mut folders = vec![(sysroot.join("lib/rustlib/src/rust"), "rust"), (inputs::root(), "ramekin")];
    for registry in std::fs::read_dir(cargo.join("registry/src")).into_iter().flatten() {
        folders.push((registry?.path(), "crates"));
    }
    let flags = folders.iter().map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()));
    Ok(format!("target.wasm32-wasip1.rustflags={:?}", flags.collect::<Vec<_>>()))
}

/// Cranelift does what `wasm-opt` would do; only what nobody reads is taken out here.
fn optimize(core: &[u8]) -> Result<Vec<u8>> {
    Ok(core.to_vec())
}

/// The base image, and the archive of the modules of the JavaScript half.
fn bootstrap(component: &[u8], pristine: &[u8], js: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut config = Config::new();
    // Run once: fast to compile beats fast to run. Fuel, because the engine's evaluator counts it.
    config.cranelift_opt_level(OptLevel::None).consume_fuel(true).wasm_component_model_async(true);
    config.max_wasm_stack(2 << 20).async_stack_size(4 << 20);
    let engine = Engine::new(&config).map_err(SnapshotError::from)?;
    let component = Component::new(&engine, component).map_err(SnapshotError::from)?;
    let pristine = Module::new(&engine, pristine).map_err(SnapshotError::from)?;
    let evaluator = |modules| Evaluator::new(&engine, &component, &pristine, modules);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let compile = evaluator(Arc::default())?;
        let mut modules = Vec::new();
        for file in inputs::files(js)? {
            if file.extension().is_none_or(|extension| extension != "js") {
                continue;
            }
            let name = format!("ramekin:js/{}", file.strip_prefix(js)?.to_string_lossy().replace('\\', "/"));
            let source = std::fs::read_to_string(&file)?;
            let bytecode = compile.precompile(&name, &source).await.with_context(|| name.clone())?;
            modules.push((name, bytecode));
        }
        let modules = Arc::new(modules.into_iter().collect::<Modules>());
        let base = evaluator(Arc::clone(&modules))?.bootstrap().await?;
        Ok((base, modules.write()))
    })
}
