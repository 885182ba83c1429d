//! What `engine.wasm` is made from, as one hash: a stale engine cannot hide.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Folders and files of the repository that decide what the engine is.
const INPUTS: [&str; 14] = [
    "engine/.cargo/config.toml",
    "engine/Cargo.lock",
    "engine/Cargo.toml",
    "engine/idna",
    "engine/js",
    "engine/patches",
    "engine/src",
    "compiler/src/link.rs",
    "xtask/src/build_engine.rs",
    "xtask/src/core_module.rs",
    "xtask/src/inputs.rs",
    "xtask/src/patched.rs",
    "xtask/src/serving_component.rs",
    "wit",
];

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Every file below `path`, in one order on every machine.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).with_context(|| format!("reading `{}`", path.display()))? {
        found.extend(files(&entry?.path())?);
    }
    found.sort();
    Ok(found)
}

/// SHA-256 over names and contents of all inputs, in hex.
pub fn hash() -> Result<String> {
    let root = root();
    let mut hash = Sha256::new();
    for input in INPUTS {
        for file in files(&root.join(input))? {
            let name = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            let content = std::fs::read(&file)?;
            hash.update(format!("{name}\0{}\0", content.len()));
            hash.update(content);
        }
    }
    Ok(hex(&hash.finalize()))
}

/// SHA-256 of these bytes, in hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_engine_is_built_from_these_sources() {
        let dist = super::root().join("engine/dist");
        let recorded = std::fs::read_to_string(dist.join("engine.sha256")).unwrap();
        let read = |name: &str| std::fs::read(dist.join(name)).unwrap();
        let now = crate::build_engine::record(&read("engine.wasm"), &read("base.wasm"), &read("modules.bin")).unwrap();
        assert_eq!(recorded, now, "engine/dist is stale: run `cargo xtask build-engine` and commit the result");
    }
}
