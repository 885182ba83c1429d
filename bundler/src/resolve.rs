//! Where imports lead, inside the bundler's process. No path outside the packages' folder is ever looked at, whatever a package
//! says of itself.

use crate::jsx::file_jsx;
use crate::paths::{extension_of, join, probe};
use crate::request::{Problem, ProblemKind, Request, Target};
use crate::specifier::{Specifier, Wanted, shown};
use oxc_resolver::{FileMetadata, FileSystem, Resolution, ResolveError, ResolveOptions, ResolverGeneric};
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the author's files are, below the root: no package's folder is called so.
const FILES: &str = "function";
/// Where modules are that are made of a text.
const TEXTS: &str = "modules";
/// Largest file of a package that is read.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// What packages are asked for, in the order they prefer: their builds for runtimes with the web's interfaces.
const CONDITIONS: &[&str] = &["workerd", "worker", "browser"];
const MAIN_FIELDS: &[&str] = &["browser", "module", "main"];
/// What a file uses that is for pages: a worker has a document no more than a server has.
const OF_PAGES: &[&str] = &["new DOMParser", "document.implementation"];
const EXTENSIONS: &[&str] = &[".mjs", ".js", ".cjs", ".json", ".ts", ".mts", ".tsx", ".jsx"];

/// How something is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// `import … from`
    Static,
    /// `import(…)`
    Dynamic,
    /// `require(…)`
    Require,
}

/// Where an import leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// To a module with this id, of the package with this `package.json`.
    Module(String, Option<PathBuf>),
    /// Out of the bundle, to a module of the engine.
    External(String),
}

/// Ids of modules that are made here.
pub(crate) mod made {
    /// What a package has for a browser in place of a module: nothing.
    pub(crate) const EMPTY: &str = "\0ramekin:empty";
    /// Followed by the name of a module of the engine: what `require` gives for it.
    pub(crate) const REQUIRE: &str = "\0ramekin:require:";
    /// Followed by what is said when it is evaluated.
    pub(crate) const MISSING: &str = "\0ramekin:missing:";
}

/// Resolves what modules of one request import.
pub(crate) struct Resolver {
    pub(crate) request: Request,
    /// Keys of packages by folder.
    folders: HashMap<String, String>,
    files: Packages,
    import: ResolverGeneric<Packages>,
    require: ResolverGeneric<Packages>,
    /// For packages that have nothing but a build for Node.
    node: ResolverGeneric<Packages>,
    /// Without what packages have for browsers in place of their other files: for imports, and for `require`.
    plain: [ResolverGeneric<Packages>; 2],
    /// Folders of packages for which these are asked, as far as is known.
    of_pages: Mutex<HashMap<String, bool>>,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

impl Resolver {
    pub(crate) fn new(request: Request) -> Self {
        let options = |conditions: &[&str]| ResolveOptions {
            condition_names: CONDITIONS.iter().chain(conditions).map(|&name| name.to_owned()).collect(),
            main_fields: MAIN_FIELDS.iter().map(|&name| name.to_owned()).collect(),
            alias_fields: vec![vec!["browser".to_owned()]],
            extensions: EXTENSIONS.iter().map(|&name| name.to_owned()).collect(),
            extension_alias: vec![(".js".to_owned(), vec![".js".to_owned(), ".ts".to_owned()])],
            symlinks: false,
            ..ResolveOptions::default()
        };
        let files = Packages { root: request.root.clone(), read: Arc::default() };
        let import = ResolverGeneric::new_with_file_system(files.clone(), options(&["import", "module", "default"]));
        let require = import.clone_with_options(options(&["require", "module", "default"]));
        let node = import.clone_with_options(options(&["import", "require", "module", "node", "default"]));
        let plain = [["import", "module", "default"], ["require", "module", "default"]].map(|conditions| {
            import.clone_with_options(ResolveOptions { alias_fields: Vec::new(), ..options(&conditions) })
        });
        let folders = request.packages.iter().map(|(key, package)| (package.folder.clone(), key.clone())).collect();
        Self { request, folders, files, import, require, node, plain, of_pages: Mutex::default() }
    }

    /// Files of packages that were read until now: paths below the root.
    pub(crate) fn files_read(&self) -> BTreeSet<PathBuf> {
        let read = self.files.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.iter().filter_map(|path| path.strip_prefix(&self.request.root).ok()).map(Path::to_owned).collect()
    }

    /// The id of an author's file.
    pub(crate) fn file_id(&self, path: &str) -> String {
        format!("{}/{FILES}/{path}", self.request.root.display())
    }

    /// A module's name as the author knows it: the path of a file, `npm:name@version/path` in a package.
    pub(crate) fn shown(&self, id: &str) -> String {
        let Some(path) = self.below_root(id) else { return id.trim_start_matches('\0').to_owned() };
        if let Some(path) = path.strip_prefix(FILES).and_then(|path| path.strip_prefix('/')) {
            return path.strip_prefix("https:/").map_or_else(|| path.to_owned(), |rest| format!("https://{rest}"));
        }
        let (folder, rest) = path.split_once('/').unwrap_or((path, ""));
        match self.folders.get(folder).and_then(|key| self.request.packages.get(key)) {
            Some(package) => format!("npm:{}@{}/{rest}", package.name, package.version),
            None => path.to_owned(),
        }
    }

    /// What is put before the text of an author's file, for its JSX.
    pub(crate) fn jsx_prefix(&self, id: &str, text: &str) -> &'static str {
        let of_author = self.below_root(id).and_then(|path| path.strip_prefix(FILES)).is_some();
        let with_jsx = of_author && matches!(extension_of(id), "tsx" | "jsx");
        if with_jsx { file_jsx(text, &self.request.jsx).prefix } else { "" }
    }

    /// A text without names of folders: packages as `npm:name@version`, files as the author knows them.
    pub(crate) fn without_paths(&self, text: &str) -> String {
        let mut text = text.replace(&format!("{}/", self.request.root.display()), "");
        for (folder, key) in &self.folders {
            if let Some(package) = self.request.packages.get(key).filter(|_| text.contains(folder.as_str())) {
                text = text.replace(&format!("{folder}/"), &format!("npm:{}@{}/", package.name, package.version));
            }
        }
        // What is left of the author's folder begins a name: at the beginning, in quotes or after a space.
        let files = format!("{FILES}/");
        let text = text.strip_prefix(&files).map_or_else(|| text.clone(), str::to_owned);
        ["`", "\"", " ", "'"].iter().fold(text, |text, before| text.replace(&format!("{before}{files}"), before))
    }

    fn below_root<'a>(&self, id: &'a str) -> Option<&'a str> {
        Path::new(id).strip_prefix(&self.request.root).ok()?.to_str()
    }

    /// The text of a module: `None` if it is none of ours.
    pub(crate) fn text(&self, id: &str) -> io::Result<Option<String>> {
        if id == made::EMPTY {
            return Ok(Some("module.exports = {};\n".into()));
        }
        if let Some(module) = id.strip_prefix(made::REQUIRE) {
            let name = serde_json::to_string(module)?;
            return Ok(Some(format!(
                "import * as all from {name};\nconst it = all.default ?? all;\nexport {{ it as 'module.exports' }};\n"
            )));
        }
        if let Some(message) = id.strip_prefix(made::MISSING) {
            return Ok(Some(format!("module.exports = {{}}; throw new Error({});\n", serde_json::to_string(message)?)));
        }
        let Some(path) = self.below_root(id) else { return Ok(None) };
        if let Some(path) = path.strip_prefix(FILES).and_then(|path| path.strip_prefix('/')) {
            return Ok(self.request.files.get(path).cloned());
        }
        if let Some(name) = path.strip_prefix(TEXTS).and_then(|path| path.strip_prefix('/')) {
            let of_name = |target: &Target| match target {
                Target::Text(known, text) if known == name => Some(text.clone()),
                Target::Text(..) | Target::Package(..) | Target::External(_) | Target::File(_) => None,
            };
            return Ok(self.request.imports.values().find_map(of_name));
        }
        match extension_of(path) {
            "node" => return Ok(Some(throwing(&self.shown(id), "native code does not run here")?)),
            "wasm" => return Ok(Some(throwing(&self.shown(id), "WebAssembly does not run here")?)),
            "css" | "scss" | "less" => return Ok(Some("export {};\n".into())),
            _ => {}
        }
        self.files.read_to_string(Path::new(id)).map(Some)
    }

    /// Where an import leads.
    pub(crate) fn resolve(&self, specifier: &str, importer: &str, manner: Manner) -> Result<Found, Problem> {
        if let Some(module) = importer.strip_prefix(made::REQUIRE).filter(|module| *module == specifier) {
            return Ok(Found::External(module.to_owned()));
        }
        let wrong = |message: String, hint: &str| {
            let (line, column) = self.place(importer, specifier);
            Problem {
                kind: ProblemKind::Unresolved,
                message,
                file: self.shown(importer),
                line,
                column,
                hint: Some(hint.to_owned()),
            }
        };
        let Some(path) = self.below_root(importer) else {
            return Err(wrong(format!("cannot import `{}`", shown(specifier)), "import it from a file"));
        };
        if let Some(path) = path.strip_prefix(FILES).and_then(|path| path.strip_prefix('/')) {
            return self.of_file(specifier, path, manner).map_err(|(message, hint)| wrong(message, &hint));
        }
        let folder = path.split('/').next().unwrap_or_default();
        match self.folders.get(folder) {
            Some(key) => self.of_package(specifier, importer, key, manner).map_err(|message| {
                wrong(
                    message,
                    "the package is broken or needs another one that it does not name; try another version of it",
                )
            }),
            None => match Specifier::read(specifier) {
                Specifier::External(module) => Ok(Self::external(module, manner)),
                _ => Err(wrong(format!("cannot import `{}`", shown(specifier)), "import it from a file")),
            },
        }
    }

    /// An import of the author's.
    fn of_file(&self, specifier: &str, importer: &str, manner: Manner) -> Result<Found, (String, String)> {
        if let Some(target) = self.request.imports.get(specifier) {
            return self
                .target(target, manner)
                .map_err(|message| (message, "see which paths the package exports, in its package.json".to_owned()));
        }
        match Specifier::read(specifier) {
            Specifier::Relative => {
                let path = join(importer, specifier).ok_or_else(|| outside(specifier))?;
                match probe(&path, |path| self.request.files.contains_key(path)) {
                    Some(path) => Ok(Found::Module(self.file_id(&path), None)),
                    None => Err(no_file(specifier, &path)),
                }
            }
            Specifier::External(module) => Ok(Self::external(module, manner)),
            Specifier::Refused(message, hint) => Err((message, hint)),
            Specifier::Bare(_) | Specifier::Package(_) | Specifier::Remote(_) | Specifier::Text(..) => {
                let message = format!("cannot load `{}` with `require`", shown(specifier));
                Err((message, "use an `import` declaration".to_owned()))
            }
        }
    }

    fn target(&self, target: &Target, manner: Manner) -> Result<Found, String> {
        match target {
            Target::Package(key, subpath) => self.in_package(key, subpath, manner),
            Target::External(module) => Ok(Self::external(module.clone(), manner)),
            Target::File(path) => Ok(Found::Module(self.file_id(path), None)),
            Target::Text(name, _) => Ok(Found::Module(format!("{}/{TEXTS}/{name}", self.request.root.display()), None)),
        }
    }

    /// `require` of a module of the engine goes through a module that gives it as CommonJS has it.
    fn external(module: String, manner: Manner) -> Found {
        match manner {
            Manner::Static | Manner::Dynamic => Found::External(module),
            Manner::Require => Found::Module(format!("{}{module}", made::REQUIRE), None),
        }
    }

    /// An import in a package.
    fn of_package(&self, specifier: &str, importer: &str, key: &str, manner: Manner) -> Result<Found, String> {
        let dir = Path::new(importer).parent().unwrap_or(Path::new(importer));
        let relative = Specifier::read(specifier) == Specifier::Relative || specifier.starts_with('#');
        // The package's own word comes first: it may have another file for a browser, or mean itself.
        match self.ask(dir, specifier, manner) {
            Ok(resolution) => return Ok(Self::module(&resolution)),
            Err(ResolveError::Ignored(_)) => return Ok(Found::Module(made::EMPTY.into(), None)),
            Err(error) if relative => {
                return Self::missing(manner, || format!("cannot import `{}`: {}", shown(specifier), said(&error)));
            }
            Err(_) => {}
        }
        if let Specifier::External(module) = Specifier::read(specifier) {
            return Ok(Self::external(module, manner));
        }
        let Some((name, subpath)) = Wanted::split(specifier) else {
            return Self::missing(manner, || format!("cannot import `{}`", shown(specifier)));
        };
        let package = self.request.packages.get(key);
        let dependency = package.and_then(|package| package.dependencies.get(name));
        // Packages forget to name what they use, for it is there by chance with other installers too.
        let chance = || self.request.packages.iter().find(|(_, one)| one.name == name).map(|(key, _)| key);
        if let Some(key) = dependency.or_else(chance) {
            return match self.in_package(key, subpath, manner) {
                Err(message) => Self::missing(manner, || message),
                found => found,
            };
        }
        let message = || format!("cannot import `{}`: the package is not installed", shown(specifier));
        if package.is_some_and(|package| package.optional.contains(name)) {
            return Ok(Found::Module(format!("{}{}", made::MISSING, message()), None));
        }
        Self::missing(manner, message)
    }

    /// What is loaded on the way may be missing on purpose, and says so when it is loaded.
    fn missing(manner: Manner, message: impl FnOnce() -> String) -> Result<Found, String> {
        match manner {
            Manner::Static => Err(message()),
            Manner::Dynamic | Manner::Require => Ok(Found::Module(format!("{}{}", made::MISSING, message()), None)),
        }
    }

    /// An import of a package by its key, or of what it exports under a path.
    fn in_package(&self, key: &str, subpath: &str, manner: Manner) -> Result<Found, String> {
        let Some(package) = self.request.packages.get(key) else {
            return Err(format!("cannot import `{}`: the package is not installed", shown(key)));
        };
        let dir = self.request.root.join(&package.folder);
        let own = format!("{}{subpath}", package.name);
        let failed = |error: &ResolveError| {
            let version = &package.version;
            format!("cannot import `{}` from version {version} of its package: {}", shown(&own), said(error))
        };
        let by_path = || {
            let path = if subpath.is_empty() { "./".to_owned() } else { format!(".{subpath}") };
            self.ask(&dir, &path, manner)
        };
        match self.ask(&dir, &own, manner) {
            // It does not say what it exports: everything.
            Err(ResolveError::NotFound(_)) => match by_path() {
                Ok(resolution) => Ok(Self::module(&resolution)),
                Err(ResolveError::Ignored(_)) => Ok(Found::Module(made::EMPTY.into(), None)),
                Err(error) => Err(failed(&error)),
            },
            Ok(resolution) => Ok(Self::module(&resolution)),
            Err(ResolveError::Ignored(_)) => Ok(Found::Module(made::EMPTY.into(), None)),
            Err(error) => Err(failed(&error)),
        }
    }

    fn ask(&self, dir: &Path, specifier: &str, manner: Manner) -> Result<Resolution, ResolveError> {
        let [plain_import, plain_require] = &self.plain;
        let first = match (manner, self.is_of_pages(dir)) {
            (Manner::Static | Manner::Dynamic, false) => &self.import,
            (Manner::Static | Manner::Dynamic, true) => plain_import,
            (Manner::Require, false) => &self.require,
            (Manner::Require, true) => plain_require,
        };
        match first.resolve(dir, specifier) {
            Err(
                error @ (ResolveError::PackagePathNotExported { .. }
                | ResolveError::PackageImportNotDefined(..)
                | ResolveError::NotFound(_)),
            ) => match self.node.resolve(dir, specifier) {
                Ok(resolution) => Ok(resolution),
                Err(_) => Err(error),
            },
            other => other,
        }
    }

    /// Whether a package has a file for browsers that needs a page, in place of one that does not. It is then taken as it is
    /// for everybody else.
    fn is_of_pages(&self, dir: &Path) -> bool {
        let below = dir.strip_prefix(&self.request.root).ok().and_then(|path| path.iter().next());
        let Some(folder) = below.and_then(|folder| folder.to_str()) else { return false };
        let known = self.of_pages.lock().unwrap_or_else(PoisonError::into_inner).get(folder).copied();
        if let Some(known) = known {
            return known;
        }
        let found = self.looks_of_pages(&self.request.root.join(folder)).unwrap_or_default();
        self.of_pages.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), found);
        found
    }

    fn looks_of_pages(&self, package: &Path) -> Option<bool> {
        let files = &self.files;
        let json = files.read_to_string(&package.join("package.json")).ok()?;
        let json: serde_json::Value = serde_json::from_str(&json).ok()?;
        let needs_page = |path: &str| {
            let path = path.strip_prefix("./")?;
            // The extension may be left out.
            let text =
                ["", ".js"].iter().find_map(|end| files.read_to_string(&package.join(format!("{path}{end}"))).ok())?;
            Some(OF_PAGES.iter().any(|part| text.contains(part)))
        };
        let replaced = json.get("browser")?.as_object()?.iter();
        let mut replaced = replaced.filter_map(|(own, other)| Some((needs_page(own)?, needs_page(other.as_str()?)?)));
        Some(replaced.any(|(own, other)| other && !own))
    }

    fn module(resolution: &Resolution) -> Found {
        let json = resolution.package_json().map(|json| json.path().to_owned());
        Found::Module(resolution.path().display().to_string(), json)
    }

    /// Where in a module a specifier stands: line and column from 1, 0 if it is not found.
    fn place(&self, id: &str, specifier: &str) -> (u32, u32) {
        let Ok(Some(text)) = self.text(id) else { return (0, 0) };
        let quoted = ['"', '\'', '`'].iter().find_map(|quote| text.find(&format!("{quote}{specifier}{quote}")));
        let Some(before) = quoted.and_then(|at| text.get(..at)) else { return (0, 0) };
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let count = |before: usize| u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        (count(line), count(column))
    }
}

fn throwing(name: &str, why: &str) -> io::Result<String> {
    let message = serde_json::to_string(&format!("{name} cannot be loaded: {why}"))?;
    Ok(format!("module.exports = {{}}; throw new Error({message});\n"))
}

/// Why a relative import leads out of the function's folder, and what to do.
pub(crate) fn outside(specifier: &str) -> (String, String) {
    let message = format!("cannot import `{}`: it leads out of the function's folder", shown(specifier));
    (message, "move the file into the folder that is deployed".to_owned())
}

/// Why a relative import leads nowhere, and what to do.
pub(crate) fn no_file(specifier: &str, path: &str) -> (String, String) {
    let message = format!("cannot import `{}`: there is no file `{}`", shown(specifier), shown(path));
    (message, "check the path, and that the file is part of the deploy".to_owned())
}

/// A reason without paths of this machine.
fn said(error: &ResolveError) -> String {
    match error {
        ResolveError::NotFound(_) => "it has no such file".to_owned(),
        ResolveError::PackagePathNotExported { .. } => "the package does not export that path".to_owned(),
        ResolveError::PackageImportNotDefined(..) => "the package does not define it".to_owned(),
        ResolveError::Json(_) => "its package.json is not readable".to_owned(),
        ResolveError::IOError(_) => "its files are not readable".to_owned(),
        _ => "its package.json leads nowhere".to_owned(),
    }
}

/// The packages' folder, read-only. Nothing else exists.
#[derive(Clone)]
pub(crate) struct Packages {
    root: PathBuf,
    /// Files that were read.
    read: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Packages {
    fn check(&self, path: &Path) -> io::Result<()> {
        let inside = path.strip_prefix(&self.root).is_ok_and(|rest| {
            rest.components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir))
        });
        if inside { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

impl FileSystem for Packages {
    fn new(_yarn_pnp: bool) -> Self {
        // An empty root holds nothing: every path is outside of it, or relative.
        Self { root: PathBuf::from("/nonexistent"), read: Arc::default() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.check(path)?;
        if std::fs::symlink_metadata(path)?.len() > MAX_FILE {
            return Err(io::Error::other(format!("it is larger than {MAX_FILE} bytes")));
        }
        let content = std::fs::read(path)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Ok(content)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let text = String::from_utf8(self.read(path)?);
        text.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.symlink_metadata(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.check(path)?;
        // There are no links in the folder: unpacking makes none.
        std::fs::symlink_metadata(path).map(FileMetadata::from)
    }

    fn read_link(&self, _path: &Path) -> Result<PathBuf, ResolveError> {
        Err(ResolveError::from(io::Error::from(io::ErrorKind::NotFound)))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.check(path)?;
        Ok(path.to_owned())
    }
}
