//! `vendor-packages`: from what the examples and their cases import to `tests/packages/*.tgz`, so that tests need no registry.
//!
//! An archive has the files of a package that are read when these functions are bundled, its `package.json` files and its
//! licences. The same versions give the same bytes.

use crate::inputs;
use anyhow::{Context, Result, anyhow, bail, ensure};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use ramekin_bundler::specifier::{Specifier, Wanted};
use ramekin_bundler::{Bundle, Bundler as _, Package, Request, Rolldown, Target};
use ramekin_compiler::Source;
use ramekin_npm::{Environment, Limits, Node, Packages, Tree, Want};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tar::{Builder, Header};

/// Where functions are whose packages are kept.
const SOURCES: [&str; 2] = ["examples", "tests/cases/examples"];
/// Where the packages go.
const TARGET: &str = "tests/packages";
/// Beginnings of names of files that say what one may do with a package.
const LICENCES: [&str; 4] = ["licen", "copying", "notice", "copyright"];
/// Licences that let others have a copy, as long as it comes with them.
const PERMITTED: [&str; 5] = ["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause"];

/// Packages that were taken, by the name of their archive.
type Taken = BTreeMap<String, Archive>;

/// What goes into an archive.
struct Archive {
    node: Node,
    /// Paths below the folder of the package.
    files: BTreeSet<PathBuf>,
}

/// Fetches, bundles and writes.
pub fn run() -> Result<()> {
    let root = inputs::root();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let whole = tempfile::tempdir()?;
    let packages = Packages::open(whole.path(), Environment::of_process(), true, Limits::default())?;
    let mut taken = Taken::new();
    let mut bundles: Vec<(Request, Bundle)> = Vec::new();
    for source in sources(&root)? {
        let shown = source.strip_prefix(&root).unwrap_or(&source).display().to_string();
        let Some((request, tree)) = request(&source, &packages).with_context(|| shown.clone())? else { continue };
        let traced = runtime.block_on(Rolldown.trace(request.clone()));
        let (bundle, read) = traced.map_err(|problems| anyhow!("{shown}: {problems:?}"))?;
        take(&mut taken, &tree, &read, packages.root())?;
        bundles.push((request, bundle));
    }
    let mut packed = BTreeMap::new();
    for (name, archive) in &taken {
        packed.insert(name, pack(archive, &packages.root().join(archive.node.folder()), &root)?);
    }
    let pruned = tempfile::tempdir()?;
    for (name, archive) in &taken {
        let folder = pruned.path().join(archive.node.folder());
        unpack(packed.get(name).context("an archive that was not packed")?, &folder)?;
    }
    // What was left out is not missed: the same bundles are made of the archives.
    let pruned = pruned.path().canonicalize()?;
    for (request, bundle) in bundles {
        let entry = request.entry.clone();
        let again = runtime.block_on(Rolldown.bundle(Request { root: pruned.clone(), ..request }));
        let again = again.map_err(|problems| anyhow!("{entry}, of the archives: {problems:?}"))?;
        ensure!(again.code == bundle.code, "{entry}: the archives give another bundle than the packages");
    }
    let target = root.join(TARGET);
    remove_archives(&target)?;
    for (name, bytes) in packed {
        fs::write(target.join(name), &bytes)?;
        ramekin_tests::report::note(format_args!("{name}: {} KiB", bytes.len() / 1024));
    }
    Ok(())
}

fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in SOURCES {
        let files = inputs::files(&root.join(folder))?;
        found.extend(files.into_iter().filter(|path| path.extension() == Some(OsStr::new("ts"))));
    }
    Ok(found)
}

/// What is asked of the bundler for a function of one file; nothing if it imports no package.
fn request(path: &Path, packages: &Packages) -> Result<Option<(Request, Tree)>> {
    let entry = path.file_name().and_then(OsStr::to_str).context("the path is no text")?.to_owned();
    let text = fs::read_to_string(path)?;
    let found = ramekin_compiler::imports(&Source::new(&entry, &text)).map_err(|error| anyhow!("{error}"))?;
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    for import in found {
        match Specifier::read(&import.specifier) {
            Specifier::External(_) => {}
            Specifier::Package(package) => {
                let exact =
                    package.range.split('.').count() == 3 && package.range.starts_with(|c: char| c.is_ascii_digit());
                ensure!(exact, "`{}` names no exact version", import.specifier);
                wanted.insert(import.specifier, package);
            }
            _ => bail!("`{}`: only packages with their versions are kept", import.specifier),
        }
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let want = |package: &Wanted| Want { name: package.name.clone(), range: package.range.clone() };
    let wants: BTreeSet<Want> = wanted.values().map(want).collect();
    let wants: Vec<Want> = wants.into_iter().collect();
    let tree = packages.install(&wants, &Tree::default())?;
    let mut imports = BTreeMap::new();
    for (specifier, package) in wanted {
        let key = tree.roots.get(&want(&package).key()).context("a package is not in the tree")?;
        imports.insert(specifier, Target::Package(key.clone(), package.subpath));
    }
    let package = |node: &Node| Package {
        name: node.name.clone(),
        version: node.version.clone(),
        folder: node.folder(),
        dependencies: node.dependencies.clone(),
        optional: node.optional.clone(),
    };
    let request = Request {
        files: BTreeMap::from([(entry.clone(), text)]),
        entry,
        imports,
        packages: tree.packages.iter().map(|(key, node)| (key.clone(), package(node))).collect(),
        root: packages.root().to_owned(),
        ..Request::default()
    };
    Ok(Some((request, tree)))
}

/// Adds what was read of each package, and what must be with it.
fn take(taken: &mut Taken, tree: &Tree, read: &BTreeSet<PathBuf>, root: &Path) -> Result<()> {
    for node in tree.packages.values() {
        let folder = node.folder();
        let name = format!("{}@{}.tgz", node.name.replace('/', "+"), node.version);
        let archive = taken.entry(name).or_insert_with(|| Archive { node: node.clone(), files: BTreeSet::new() });
        archive.files.extend(read.iter().filter_map(|path| path.strip_prefix(&folder).ok()).map(Path::to_owned));
        let folders: BTreeSet<PathBuf> =
            archive.files.iter().flat_map(|path| path.ancestors().skip(1)).map(Path::to_owned).collect();
        for inner in folders.iter().chain([&PathBuf::new()]) {
            for entry in fs::read_dir(root.join(&folder).join(inner))? {
                let entry = entry?;
                let name = entry.file_name();
                if (name == "package.json" || is_licence(Path::new(&name))) && entry.path().is_file() {
                    archive.files.insert(inner.join(entry.file_name()));
                }
            }
        }
    }
    Ok(())
}

/// The archive, with the same bytes wherever it is made.
fn pack(archive: &Archive, folder: &Path, repository: &Path) -> Result<Vec<u8>> {
    let json: Value = serde_json::from_slice(&fs::read(folder.join("package.json"))?)?;
    let licence = json.get("license").and_then(Value::as_str).unwrap_or_default();
    let shown = format!("{}@{}", archive.node.name, archive.node.version);
    ensure!(PERMITTED.contains(&licence), "{shown}: its licence is {licence:?}");
    let mut tar = Builder::new(GzBuilder::new().mtime(0).write(Vec::new(), Compression::best()));
    for file in &archive.files {
        append(&mut tar, file, &fs::read(folder.join(file))?)?;
    }
    if !archive.files.iter().any(|path| is_licence(path)) {
        ensure!(licence == "Apache-2.0", "{shown} comes without the text of its licence, {licence}");
        append(&mut tar, Path::new("LICENSE"), &fs::read(repository.join("LICENSE-APACHE"))?)?;
    }
    Ok(tar.into_inner()?.finish()?)
}

/// What a server makes of an archive.
fn unpack(archive: &[u8], folder: &Path) -> Result<()> {
    for entry in tar::Archive::new(GzDecoder::new(archive)).entries()? {
        let mut entry = entry?;
        let place = folder.join(entry.path()?.strip_prefix("package")?);
        fs::create_dir_all(place.parent().unwrap_or(folder))?;
        entry.unpack(place)?;
    }
    Ok(())
}

/// Whether a file of a package's own folder says what one may do with it.
fn is_licence(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let is_text = path.extension().is_none_or(|extension| extension == "md" || extension == "txt");
    is_text && LICENCES.iter().any(|start| name.starts_with(start))
}

fn append(tar: &mut Builder<impl std::io::Write>, path: &Path, content: &[u8]) -> Result<()> {
    let mut header = Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    tar.append_data(&mut header, Path::new("package").join(path), content)?;
    Ok(())
}

fn remove_archives(target: &Path) -> Result<()> {
    for entry in fs::read_dir(target)?.flatten() {
        if entry.path().extension() == Some(OsStr::new("tgz")) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
