//! The folder of packages: what is in it was checked, and stays as it is.

use crate::client::{self, CONNECT_TIMEOUT, Told, agent};
use crate::environment::Environment;
use crate::error::{Cause, NpmError};
use crate::limits::Limits;
use crate::metadata::Metadata;
use crate::registry::{Configuration, Registry};
use crate::tree::{self, Node, Source, Tree, Want};
use crate::unpack::unpack;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use ureq::Agent;

/// For how long what a registry said of a package is taken without asking again.
const FRESH: Duration = Duration::from_mins(5);
/// A folder that was begun so long ago will not be completed.
const ABANDONED: Duration = Duration::from_hours(1);
/// Requests at once, of one function.
pub(crate) const PARALLEL: usize = 8;
/// Beginning of the names of folders that are not complete.
const PARTIAL: &str = ".partial-";
/// The folder of what registries said.
const METADATA: &str = ".metadata";

/// Packages on disk, and the registry they come from.
#[derive(Debug)]
pub struct Packages {
    root: PathBuf,
    environment: Environment,
    allow_download: bool,
    limits: Limits,
    agent: Agent,
    configuration: OnceLock<Result<Configuration, String>>,
}

/// What a registry said, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// When, in seconds since 1970.
    at: u64,
    tag: Option<String>,
    metadata: Metadata,
}

impl Packages {
    /// Packages in this folder, which is created if it is missing. Several servers can share it.
    ///
    /// # Errors
    /// When the folder cannot be created or read.
    pub fn open(root: &Path, environment: Environment, allow_download: bool, limits: Limits) -> io::Result<Self> {
        fs::create_dir_all(root.join(METADATA))?;
        let root = root.canonicalize()?;
        for entry in fs::read_dir(&root)?.flatten() {
            let partial = entry.file_name().to_str().is_some_and(|name| name.starts_with(PARTIAL));
            let written = entry.metadata().and_then(|meta| meta.modified());
            if partial && written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED)) {
                // Of a server that was killed. What cannot be removed is in nobody's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let agent = agent(CONNECT_TIMEOUT.min(limits.request), limits.request);
        Ok(Self { root, environment, allow_download, limits, agent, configuration: OnceLock::new() })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Sees to it that what is asked for is there, with all that it needs. Blocks for as long as that takes, which is bounded.
    /// What `locked` has for it is taken; the rest is chosen now.
    ///
    /// # Errors
    /// See [`Cause`].
    pub fn install(&self, wants: &[Want], locked: &Tree) -> Result<Tree, NpmError> {
        let run = Run { packages: self, end: Instant::now() + self.limits.total };
        let tree = tree::resolve(wants, locked, &run, &self.limits)?;
        run.fetch(&tree).map_err(|(key, cause)| NpmError { root: tree.root_of(wants, &key), cause })?;
        Ok(tree)
    }

    fn registry(&self, package: &str) -> Result<Registry, Cause> {
        let read = || Configuration::read(&self.environment);
        let configuration = self.configuration.get_or_init(read).as_ref();
        let found = configuration.map_err(Clone::clone).and_then(|configuration| configuration.registry(package));
        found.map_err(Cause::Configuration)
    }

    fn kept_path(&self, registry: &Registry, name: &str) -> PathBuf {
        let digest = Sha256::digest(format!("{}\n{name}", registry.base));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.root.join(METADATA).join(format!("{hex}.json"))
    }
}

/// One installation.
struct Run<'a> {
    packages: &'a Packages,
    end: Instant,
}

impl Source for Run<'_> {
    fn metadata(&self, names: &[String]) -> Vec<Result<Arc<Metadata>, Cause>> {
        parallel(names, |name| self.about(name).map(Arc::new))
    }
}

impl Run<'_> {
    fn check_time(&self) -> Result<(), Cause> {
        if Instant::now() < self.end {
            return Ok(());
        }
        Err(Cause::TooLate(self.packages.limits.total.as_secs()))
    }

    /// What the registry says of a package: lately, now, or when it last said anything.
    fn about(&self, name: &str) -> Result<Metadata, Cause> {
        let packages = self.packages;
        let registry = packages.registry(name)?;
        let path = packages.kept_path(&registry, name);
        let kept: Option<Kept> = fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let fresh = |kept: &Kept| now.checked_sub(kept.at).is_some_and(|age| age < FRESH.as_secs());
        if let Some(kept) = kept.as_ref().filter(|kept| fresh(kept) || !packages.allow_download) {
            return Ok(kept.metadata.clone());
        }
        if !packages.allow_download {
            return Err(Cause::Offline(name.to_owned()));
        }
        self.check_time()?;
        let tag = kept.as_ref().and_then(|kept| kept.tag.as_deref());
        let told = client::metadata(&packages.agent, &registry, name, tag, packages.limits.metadata);
        let kept = match (told, kept) {
            (Ok(Told::Metadata(text, tag)), _) => {
                let failed = |why| Cause::Registry { host: registry.host.clone(), what: name.to_owned(), why };
                Kept { at: now, tag, metadata: Metadata::read(&text).map_err(failed)? }
            }
            (Ok(Told::Unchanged), Some(kept)) => Kept { at: now, ..kept },
            (Err(error), Some(kept)) if !error.is_of_function() => {
                tracing::warn!("{error}; what it said before is taken");
                return Ok(kept.metadata);
            }
            (Ok(Told::Unchanged), None) => {
                let why = "it answers that nothing changed".to_owned();
                return Err(Cause::Registry { host: registry.host, what: name.to_owned(), why });
            }
            (Err(error), _) => return Err(error),
        };
        // Without it the registry is asked again.
        let _ = keep(&path, &kept);
        Ok(kept.metadata)
    }

    /// Fetches what is not there. The error is of the package with this key.
    fn fetch(&self, tree: &Tree) -> Result<(), (String, Cause)> {
        let root = &self.packages.root;
        let missing: Vec<(&String, &Node)> =
            tree.packages.iter().filter(|(_, node)| !root.join(node.folder()).is_dir()).collect();
        let fetched = parallel(&missing, |(key, node)| self.fetch_one(node).map_err(|cause| ((*key).clone(), cause)));
        fetched.into_iter().collect()
    }

    fn fetch_one(&self, node: &Node) -> Result<(), Cause> {
        let packages = self.packages;
        if !packages.allow_download {
            return Err(Cause::Offline(node.shown()));
        }
        self.check_time()?;
        let registry = packages.registry(&node.name)?;
        let bytes = self.archive(node, &registry)?;
        let digest = format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes)));
        if digest != node.integrity {
            return Err(Cause::Hash(node.shown()));
        }
        let partial = tempfile::Builder::new().prefix(PARTIAL).tempdir_in(&packages.root)?;
        let refused = |why| Cause::Archive { package: node.shown(), why };
        unpack(&bytes, partial.path(), &packages.limits).map_err(refused)?;
        // The name appears only over contents that have reached the disk.
        sync(partial.path())?;
        let place = packages.root.join(node.folder());
        match fs::rename(partial.path(), &place) {
            // Somebody else was faster with the same package.
            Err(_) if place.is_dir() => Ok(()),
            renamed => Ok(renamed?),
        }
    }

    /// Where every registry keeps an archive, else where this one says.
    fn archive(&self, node: &Node, registry: &Registry) -> Result<Vec<u8>, Cause> {
        let packages = self.packages;
        let (agent, most, shown) = (&packages.agent, packages.limits.packed, node.shown());
        let file = node.name.rsplit('/').next().unwrap_or(&node.name);
        let said = self.about(&node.name).ok();
        let said = said.and_then(|metadata| metadata.versions.get(&node.version)?.dist.tarball.clone());
        let usual = format!("{}{}/-/{file}-{}.tgz", registry.base, node.name, node.version);
        let first = said.as_deref().unwrap_or(&usual);
        if let Some(bytes) = client::archive(agent, registry, &shown, first, most)? {
            return Ok(bytes);
        }
        let second = if first == usual { None } else { client::archive(agent, registry, &shown, &usual, most)? };
        second.ok_or(Cause::NoPackage(shown))
    }
}

#[cfg(target_os = "linux")]
fn sync(dir: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(dir)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(_dir: &Path) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

fn keep(path: &Path, kept: &Kept) -> io::Result<()> {
    let dir = path.parent().unwrap_or(path);
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    serde_json::to_writer(io::BufWriter::new(file.as_file_mut()), kept)?;
    file.persist(path)?;
    Ok(())
}

/// Does something with each, several at once; the results are in their order.
fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if let [one] = items {
        return vec![work(one)];
    }
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
