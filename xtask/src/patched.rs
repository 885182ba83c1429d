//! Dependencies of the engine, as the patches in `engine/patches/` change them.

use crate::inputs;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
}

/// Folders with the patched sources of each package that has patches, for cargo's setting `paths`.
pub fn folders(engine: &Path, cargo: &Path) -> Result<Vec<PathBuf>> {
    let packages = packages(engine, cargo)?;
    // By package, each one's in the order of their names.
    let mut patches: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in inputs::files(&engine.join("patches"))? {
        if file.extension().is_some_and(|extension| extension == "patch") {
            let name = file.parent().and_then(Path::file_name).unwrap_or_default();
            patches.entry(name.to_string_lossy().into_owned()).or_default().push(file);
        }
    }
    let folder = |(name, patches): (String, Vec<PathBuf>)| {
        let package = packages.iter().find(|package| package.name == name);
        let package = package.with_context(|| format!("the engine has no dependency `{name}` to patch"))?;
        patched(engine, package, &patches)
    };
    patches.into_iter().map(folder).collect()
}

fn packages(engine: &Path, cargo: &Path) -> Result<Vec<Package>> {
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-wasip1"])
        .current_dir(engine)
        .output()
        .context("running cargo for the engine's dependencies")?;
    if !output.status.success() {
        bail!("the engine's dependencies are not known: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice::<Metadata>(&output.stdout)?.packages)
}

/// A folder is named after what it is made from, and made once: cargo builds again what has changed.
fn patched(engine: &Path, package: &Package, patches: &[PathBuf]) -> Result<PathBuf> {
    let contents = patches.iter().map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let hash = inputs::sha256(&contents.concat());
    let name = format!("{}-{}-{}", package.name, package.version, hash.get(..12).unwrap_or(&hash));
    let folder = engine.join("target/patched").join(&name);
    if folder.is_dir() {
        return Ok(folder);
    }
    let original = package.manifest_path.parent().context("a package has a folder")?;
    let unfinished = folder.with_file_name(format!("{name}.unfinished"));
    if unfinished.is_dir() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    for file in inputs::files(original)? {
        let copy = unfinished.join(file.strip_prefix(original)?);
        std::fs::create_dir_all(copy.parent().unwrap_or(&unfinished))?;
        std::fs::copy(&file, &copy).with_context(|| format!("copying `{}`", file.display()))?;
    }
    for patch in patches {
        let applied = Command::new("git").arg("apply").arg(patch).current_dir(&unfinished).status();
        if !applied.context("running git, which applies patches")?.success() {
            bail!("`{}` does not fit {} {}", patch.display(), package.name, package.version);
        }
    }
    std::fs::rename(&unfinished, &folder)?;
    Ok(folder)
}
