//! Functions of several files and with packages: what they import is found, fetched and made one module, before anything of
//! it is built. The author's files are read here, by the parser that every deploy goes through; files of packages are read by
//! the bundler alone, in its own process.

mod config;
mod graph;
mod paths;
mod project;
mod remote;

pub use config::{COMPILER_FILES, CONFIG_FILES, Config};
pub use graph::{Reached, reach};
pub use project::{MAX_FILES, Project, entry_by_custom};

use graph::{Graph, Wanted};
use ramekin_bundler::{Bundlers, Package, Problem, ProblemKind, ProcessError, Request, Target};
use ramekin_compiler::{Diagnostic, DiagnosticCode, Diagnostics};
use ramekin_host_api::AppInfo;
use ramekin_host_api::ports::Fetch;
use ramekin_model::Bundle;
use ramekin_npm::{Cause, NpmError, Packages, Tree, Want};
use remote::Loaded;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where texts of files come from.
pub trait Texts {
    /// Whether there is a file.
    fn has(&self, path: &str) -> bool;
    /// Its text.
    fn text(&self, path: &str) -> Option<Cow<'_, str>>;
    /// Paths of all files, where they are known.
    fn paths(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Whether there can be no other file.
    fn is_one(&self) -> bool;
    /// Whether modules at addresses are loaded.
    fn loads(&self) -> bool {
        false
    }
    /// The path of the module at an address, when it was loaded.
    fn at(&self, _address: &str) -> Option<&str> {
        None
    }
}

/// Makes one module of many.
#[derive(Clone)]
pub struct Modules {
    bundlers: Bundlers,
    packages: Arc<Packages>,
    /// Where the operator allows modules at addresses.
    remote: Option<Arc<dyn Fetch>>,
}

/// What a deploy before has found for what is imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    /// Packages.
    #[serde(default)]
    pub tree: Tree,
    /// Hashes of modules by address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remote: BTreeMap<String, String>,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The module.
    pub bundle: Bundle,
    /// What is in it.
    pub locked: Locked,
}

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum ModulesError {
    /// The author can mend it.
    #[error("{0}")]
    Source(Diagnostics),
    /// The registry of packages does not do its part.
    #[error("{0}")]
    Registry(String),
    /// Our fault.
    #[error("{0}")]
    Host(String),
}

impl Modules {
    /// With these bundlers and packages, and this way to fetch modules at addresses, if that is allowed.
    pub fn new(bundlers: Bundlers, packages: Packages, remote: Option<Arc<dyn Fetch>>) -> Self {
        Self { bundlers, packages: Arc::new(packages), remote }
    }

    /// Makes one module of a project. What `locked` names is taken as it names it.
    ///
    /// # Errors
    /// See [`ModulesError`].
    pub async fn make(&self, app: &Arc<AppInfo>, project: Arc<Project>, locked: Locked) -> Result<Made, ModulesError> {
        let mut loaded = Loaded::new(Arc::clone(&project), self.remote.is_some());
        let (config, graph) = loop {
            let reading = loaded.clone();
            let (config, graph) = blocking(move || read(&reading)).await?;
            let Some(client) = self.remote.as_ref().filter(|_| !graph.remote.is_empty()) else { break (config, graph) };
            let addresses = graph.remote.into_iter().collect();
            let fetched = loaded.fetch(client, app, addresses).await;
            fetched.map_err(|(address, why)| remote::failed(&address, &why))?;
        };
        if let Some(address) = remote::changed(&loaded, &locked.remote) {
            let why = "it is not what it was at the deploy before; add a query such as ?v=2 to its address to take it as it is";
            return Err(remote::failed(&address, why));
        }
        let hashes = loaded.hashes();
        let packages = Arc::clone(&self.packages);
        let (request, tree) = blocking(move || prepare(&loaded, config, graph, &packages, locked.tree)).await?;
        match self.bundlers.bundle(&request).await {
            Ok(bundle) => Ok(Made {
                bundle: Bundle { code: bundle.code, map: bundle.map },
                locked: Locked { tree, remote: hashes },
            }),
            Err(error) => Err(failed(&project, error)),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModulesError> + Send + 'static,
) -> Result<T, ModulesError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ModulesError::Host(error.to_string()))?
}

/// Reads the author's files. Blocks.
fn read(loaded: &Loaded) -> Result<(Config, Graph), ModulesError> {
    let config = Config::read(loaded).map_err(|wrong| ModulesError::Source(wrong.into()))?;
    let graph = graph::walk(loaded, &loaded.project.entry, &config).map_err(ModulesError::Source)?;
    Ok((config, graph))
}

/// Sees to it that the packages are there. Blocks.
fn prepare(
    loaded: &Loaded,
    config: Config,
    graph: Graph,
    packages: &Packages,
    locked: Tree,
) -> Result<(Request, Tree), ModulesError> {
    let Graph { mut imports, wanted, .. } = graph;
    let project = &*loaded.project;
    let wants: Vec<Want> = wanted.iter().map(|one| one.want.clone()).collect();
    let tree =
        packages.install(&wants, &config.locked_over(locked)).map_err(|error| refused(project, &wanted, error))?;
    for one in &wanted {
        if let Some(key) = tree.roots.get(&one.want.key()) {
            for (specifier, subpath) in &one.specifiers {
                imports.insert(specifier.clone(), Target::Package(key.clone(), subpath.clone()));
            }
        }
    }
    let mut files = project.files.clone();
    files.extend(loaded.texts.clone());
    let request = Request {
        entry: project.entry.clone(),
        files,
        imports,
        packages: tree.packages.iter().map(|(key, node)| (key.clone(), package(node))).collect(),
        root: packages.root().to_owned(),
        jsx: config.jsx,
        classes: config.classes,
    };
    Ok((request, tree))
}

fn package(node: &ramekin_npm::Node) -> Package {
    Package {
        name: node.name.clone(),
        version: node.version.clone(),
        folder: node.folder(),
        dependencies: node.dependencies.clone(),
        optional: node.optional.clone(),
    }
}

/// Why packages are not there, at the import that wants them.
fn refused(project: &Project, wanted: &[Wanted], error: NpmError) -> ModulesError {
    let NpmError { root, cause } = error;
    if !cause.is_of_function() {
        return match cause {
            Cause::Io(error) => ModulesError::Host(format!("packages cannot be kept: {error}")),
            cause => ModulesError::Registry(format!("{cause}; {}", cause.hint())),
        };
    }
    let blamed = root.and_then(|root| wanted.get(root)).or_else(|| wanted.first());
    let (file, at) = blamed.map_or((project.entry.as_str(), (1, 1)), |one| (one.file.as_str(), one.at));
    let text = blamed.and_then(|one| project.files.get(&one.file)).map(String::as_str);
    let message = match blamed.and_then(|one| one.specifiers.keys().next()) {
        Some(specifier) => format!("cannot import `{}`: {cause}", ramekin_bundler::specifier::shown(specifier)),
        None => cause.to_string(),
    };
    let diagnostic = Diagnostic::new(DiagnosticCode::PackageImport, &message, file, at, text);
    ModulesError::Source(diagnostic.with_hint(cause.hint()).into())
}

/// Why there is no bundle.
fn failed(project: &Project, error: ProcessError) -> ModulesError {
    if !error.is_of_sources() {
        return ModulesError::Host(error.to_string());
    }
    let found = match error {
        ProcessError::Problems(problems) => problems.iter().map(|problem| diagnostic(project, problem)).collect(),
        other => {
            let hint = "use fewer or smaller files and packages; the limits are in docs/modules.md";
            let entry = project.entry.as_str();
            vec![Diagnostic::new(DiagnosticCode::Bundle, &other.to_string(), entry, (1, 1), None).with_hint(hint)]
        }
    };
    match Diagnostics::collect(found) {
        Some(diagnostics) => ModulesError::Source(diagnostics),
        None => ModulesError::Host("the bundler failed without saying why".into()),
    }
}

fn diagnostic(project: &Project, problem: &Problem) -> Diagnostic {
    let code = match problem.kind {
        ProblemKind::Unresolved => DiagnosticCode::PackageImport,
        ProblemKind::Syntax => DiagnosticCode::Syntax,
        ProblemKind::Other => DiagnosticCode::Bundle,
    };
    let file = if problem.file.is_empty() { project.entry.as_str() } else { problem.file.as_str() };
    let at = (problem.line.max(1), problem.column.max(1));
    let text = project.files.get(file).filter(|_| problem.line > 0).map(String::as_str);
    let made = Diagnostic::new(code, &problem.message, file, at, text);
    match &problem.hint {
        Some(hint) => made.with_hint(hint.as_str()),
        None => made,
    }
}

/// The imports that are known before packages are chosen, by specifier.
type Imports = BTreeMap<String, Target>;
