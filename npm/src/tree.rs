//! The packages that a function needs, each at one version: chosen once and stored with the function, so that deploying it
//! again gives the same ones.

use crate::choose::{choose, satisfies};
use crate::error::{Cause, NpmError};
use crate::limits::Limits;
use crate::metadata::{Metadata, Version};
use crate::name::{check_name, check_version};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// A package that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Want {
    /// Name in the registry.
    pub name: String,
    /// Range of versions or tag; empty for the latest.
    pub range: String,
}

impl Want {
    /// By what a tree knows it.
    pub fn key(&self) -> String {
        format!("{}@{}", self.name, self.range)
    }
}

/// Packages and how they lead to one another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Keys of packages by [`Want::key`].
    pub roots: BTreeMap<String, String>,
    /// By key, `name@version`.
    pub packages: BTreeMap<String, Node>,
}

/// One package at one version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its hash, as lock files write it: `sha512-…`.
    pub integrity: String,
    /// Keys of packages by the names it imports them by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<String, String>,
    /// Names that it does without.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub optional: BTreeSet<String>,
}

impl Tree {
    /// The first of what was asked for that leads to the package with this key.
    pub(crate) fn root_of(&self, wants: &[Want], key: &str) -> Option<usize> {
        wants.iter().position(|want| {
            let mut open: Vec<&str> = self.roots.get(&want.key()).map(String::as_str).into_iter().collect();
            let mut seen = BTreeSet::new();
            while let Some(next) = open.pop() {
                if next == key {
                    return true;
                }
                if seen.insert(next)
                    && let Some(node) = self.packages.get(next)
                {
                    open.extend(node.dependencies.values().map(String::as_str));
                }
            }
            false
        })
    }
}

impl Node {
    /// The folder that it is kept in.
    pub fn folder(&self) -> String {
        let digest = Sha256::digest(self.integrity.as_bytes());
        let hex: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        format!("{}@{}-{hex}", self.name.replace('/', "+"), self.version)
    }

    pub(crate) fn shown(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// What it is called may come from a lock file that anybody wrote.
    pub(crate) fn check(&self) -> Result<(), Cause> {
        check_name(&self.name)?;
        check_version(&self.version)
    }
}

/// Where metadata comes from.
pub(crate) trait Source {
    /// Of each of these packages.
    fn metadata(&self, names: &[String]) -> Vec<Result<Arc<Metadata>, Cause>>;
}

/// What somebody asks for.
#[derive(Debug, Clone)]
struct Edge {
    /// The place of what it is needed for, in the list of what was asked for.
    root: usize,
    /// Who asks; the function itself if nobody.
    parent: Option<String>,
    /// By which name it is imported.
    alias: String,
    name: String,
    range: String,
}

struct Builder<'a, S> {
    source: &'a S,
    limits: &'a Limits,
    tree: Tree,
    /// Versions by name.
    versions: BTreeMap<String, BTreeSet<String>>,
    metadata: HashMap<String, Arc<Metadata>>,
    queue: VecDeque<Edge>,
    peers: VecDeque<Edge>,
    optional: Vec<Edge>,
}

/// Chooses what these need. What a locked tree has for them is taken as it is.
pub(crate) fn resolve<S: Source>(wants: &[Want], locked: &Tree, source: &S, limits: &Limits) -> Result<Tree, NpmError> {
    let mut builder = Builder {
        source,
        limits,
        tree: Tree::default(),
        versions: BTreeMap::new(),
        metadata: HashMap::new(),
        queue: VecDeque::new(),
        peers: VecDeque::new(),
        optional: Vec::new(),
    };
    for (root, want) in wants.iter().enumerate() {
        check_name(&want.name).map_err(|cause| cause.of(root))?;
        match locked.roots.get(&want.key()) {
            Some(key) if locked.packages.contains_key(key) => {
                builder.tree.roots.insert(want.key(), key.clone());
                builder.take(key, locked, root)?;
            }
            _ => builder.queue.push_back(Edge {
                root,
                parent: None,
                alias: want.key(),
                name: want.name.clone(),
                range: want.range.clone(),
            }),
        }
    }
    while !builder.queue.is_empty() {
        let level: Vec<Edge> = builder.queue.drain(..).collect();
        builder.level(level)?;
        if builder.queue.is_empty() {
            // Peers come last: as a rule somebody else brings them.
            builder.queue.append(&mut builder.peers);
        }
    }
    builder.optional_peers();
    Ok(builder.tree)
}

impl<S: Source> Builder<'_, S> {
    /// A locked package with all that it leads to.
    fn take(&mut self, key: &str, locked: &Tree, root: usize) -> Result<(), NpmError> {
        let mut open = vec![key.to_owned()];
        while let Some(key) = open.pop() {
            if self.tree.packages.contains_key(&key) {
                continue;
            }
            let Some(node) = locked.packages.get(&key) else { continue };
            node.check().map_err(|cause| cause.of(root))?;
            let mut node = node.clone();
            node.dependencies.retain(|_, key| locked.packages.contains_key(key));
            open.extend(node.dependencies.values().cloned());
            self.add(key, node, root)?;
        }
        Ok(())
    }

    fn add(&mut self, key: String, node: Node, root: usize) -> Result<(), NpmError> {
        if self.tree.packages.len() >= self.limits.packages {
            return Err(Cause::TooMany(self.limits.packages).of(root));
        }
        self.versions.entry(node.name.clone()).or_default().insert(node.version.clone());
        self.tree.packages.insert(key, node);
        Ok(())
    }

    /// A version that is there already, the highest of them.
    fn there(&self, name: &str, range: &str) -> Option<String> {
        let fitting = self.versions.get(name)?.iter().filter(|version| satisfies(version, range));
        let highest = fitting.max_by_key(|version| nodejs_semver::Version::parse(version.as_str()).ok())?;
        Some(format!("{name}@{highest}"))
    }

    fn link(&mut self, edge: &Edge, key: String) {
        match &edge.parent {
            Some(parent) => {
                if let Some(parent) = self.tree.packages.get_mut(parent) {
                    parent.dependencies.insert(edge.alias.clone(), key);
                }
            }
            None => {
                self.tree.roots.insert(edge.alias.clone(), key);
            }
        }
    }

    fn level(&mut self, edges: Vec<Edge>) -> Result<(), NpmError> {
        let needed =
            |edge: &&Edge| self.there(&edge.name, &edge.range).is_none() && !self.metadata.contains_key(&edge.name);
        let names: BTreeMap<String, usize> =
            edges.iter().filter(needed).map(|edge| (edge.name.clone(), edge.root)).collect();
        let (names, roots): (Vec<String>, Vec<usize>) = names.into_iter().unzip();
        for ((name, root), told) in names.iter().zip(roots).zip(self.source.metadata(&names)) {
            self.metadata.insert(name.clone(), told.map_err(|cause| cause.of(root))?);
        }
        for edge in edges {
            if let Some(key) = self.there(&edge.name, &edge.range) {
                self.link(&edge, key);
                continue;
            }
            let Some(metadata) = self.metadata.get(&edge.name).cloned() else { continue };
            let failed = |cause: Cause| cause.of(edge.root);
            let version = choose(&edge.name, &edge.range, &metadata).map_err(failed)?;
            let key = format!("{}@{version}", edge.name);
            if !self.tree.packages.contains_key(&key)
                && let Some(about) = metadata.versions.get(&version)
            {
                let integrity = about.dist.integrity.as_deref().and_then(sha512);
                let integrity = integrity.ok_or_else(|| failed(Cause::NoHash(key.clone())))?;
                let node =
                    Node { name: edge.name.clone(), version, integrity: integrity.to_owned(), ..Node::default() };
                node.check().map_err(failed)?;
                self.add(key.clone(), node, edge.root)?;
                self.ask(&key, about, edge.root)?;
            }
            self.link(&edge, key);
        }
        Ok(())
    }

    /// What a package needs.
    fn ask(&mut self, key: &str, about: &Version, root: usize) -> Result<(), NpmError> {
        let optional_peers = about.optional_peers();
        let mut without: BTreeSet<String> = about.optional.keys().cloned().collect();
        let edge = |alias: &str, wanted: &str| {
            let (name, range) = aliased(alias, wanted)?;
            let (name, range) = (name.to_owned(), range.to_owned());
            Some(Edge { root, parent: Some(key.to_owned()), alias: alias.to_owned(), name, range })
        };
        for (alias, wanted) in &about.dependencies {
            // npm writes optional ones in both places.
            if about.optional.contains_key(alias) {
                continue;
            }
            match edge(alias, wanted) {
                Some(edge) => {
                    check_name(&edge.name).map_err(|cause| cause.of(root))?;
                    self.queue.push_back(edge);
                }
                // From git or an address: the function does without, until it gets there.
                None => {
                    without.insert(alias.clone());
                }
            }
        }
        for (alias, wanted) in &about.peers {
            let Some(edge) = edge(alias, wanted).filter(|edge| check_name(&edge.name).is_ok()) else { continue };
            if optional_peers.contains(alias.as_str()) {
                without.insert(alias.clone());
                self.optional.push(edge);
            } else if !about.dependencies.contains_key(alias) {
                self.peers.push_back(edge);
            }
        }
        if let Some(node) = self.tree.packages.get_mut(key) {
            node.optional = without;
        }
        Ok(())
    }

    /// Optional peers are taken when somebody else brought them.
    fn optional_peers(&mut self) {
        for edge in std::mem::take(&mut self.optional) {
            if let Some(key) = self.there(&edge.name, &edge.range) {
                self.link(&edge, key);
            }
        }
    }
}

/// `npm:other@range` is another package under this name. `None` for what no registry has.
fn aliased<'a>(alias: &'a str, wanted: &'a str) -> Option<(&'a str, &'a str)> {
    if let Some(other) = wanted.strip_prefix("npm:") {
        let at = other.char_indices().skip(1).find(|(_, character)| *character == '@').map(|(at, _)| at);
        return Some(
            at.map_or((other, ""), |at| (other.get(..at).unwrap_or(other), other.get(at + 1..).unwrap_or(""))),
        );
    }
    let elsewhere = wanted.contains("://") || wanted.contains(':') || (wanted.contains('/') && !wanted.contains(' '));
    (!elsewhere).then_some((alias, wanted))
}

/// The strongest of several hashes; only this one is enough.
fn sha512(integrity: &str) -> Option<&str> {
    integrity.split_whitespace().find(|hash| hash.starts_with("sha512-"))
}
