//! `package-lock.json`, as npm has written it since version 7.

use crate::tree::{Node, Tree};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct LockFile {
    #[serde(rename = "lockfileVersion")]
    version: u32,
    #[serde(default)]
    packages: BTreeMap<String, Entry>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    integrity: Option<String>,
    link: bool,
    dependencies: BTreeMap<String, Value>,
    dev_dependencies: BTreeMap<String, Value>,
    optional_dependencies: BTreeMap<String, Value>,
    peer_dependencies: BTreeMap<String, Value>,
}

/// Reads a lock file. The error is the reason in words.
///
/// # Errors
/// When it is none, or of a version before 2.
pub fn read(text: &str) -> Result<Tree, String> {
    let lock: LockFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if lock.version < 2 {
        return Err(format!("it is of version {}; `npm install` with npm 7 or later writes it anew", lock.version));
    }
    let mut tree = Tree::default();
    for (path, entry) in &lock.packages {
        let (Some(key), Some(node)) = (key(path, entry), node(path, entry, &lock.packages)) else { continue };
        tree.packages.insert(key, node);
    }
    if let Some(root) = lock.packages.get("") {
        for (name, range) in root.dependencies.iter().chain(&root.dev_dependencies) {
            if let (Some(range), Some(key)) = (range.as_str(), find("", name, &lock.packages)) {
                tree.roots.insert(format!("{name}@{range}"), key);
            }
        }
    }
    Ok(tree)
}

fn name<'a>(path: &'a str, entry: &'a Entry) -> Option<&'a str> {
    entry.name.as_deref().or_else(|| path.rsplit_once("node_modules/").map(|(_, name)| name))
}

fn key(path: &str, entry: &Entry) -> Option<String> {
    Some(format!("{}@{}", name(path, entry)?, entry.version.as_deref()?))
}

fn node(path: &str, entry: &Entry, all: &BTreeMap<String, Entry>) -> Option<Node> {
    let integrity = entry.integrity.as_deref()?.split_whitespace().find(|hash| hash.starts_with("sha512-"))?;
    if entry.link {
        return None;
    }
    let needed = entry.dependencies.keys().filter(|name| !entry.optional_dependencies.contains_key(*name));
    let needed = needed.chain(entry.peer_dependencies.keys());
    Some(Node {
        name: name(path, entry)?.to_owned(),
        version: entry.version.clone()?,
        integrity: integrity.to_owned(),
        dependencies: needed.filter_map(|name| Some((name.clone(), find(path, name, all)?))).collect(),
        optional: entry.optional_dependencies.keys().cloned().collect(),
    })
}

/// The key of what a package at this path gets when it imports a name: the nearest one.
fn find(path: &str, name: &str, all: &BTreeMap<String, Entry>) -> Option<String> {
    let mut folder = path;
    loop {
        let candidate =
            if folder.is_empty() { format!("node_modules/{name}") } else { format!("{folder}/node_modules/{name}") };
        if let Some(entry) = all.get(&candidate) {
            return key(&candidate, entry);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once("/node_modules/").map_or("", |(before, _)| before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nearest_versions_and_roots() {
        let text = json!({
            "lockfileVersion": 3,
            "packages": {
                "": { "dependencies": { "a": "^1.0.0" }, "devDependencies": { "b": "2" } },
                "node_modules/a": { "version": "1.2.0", "integrity": "sha1-x sha512-AA", "dependencies": { "b": "^1", "c": "*" },
                                    "optionalDependencies": { "c": "*" } },
                "node_modules/b": { "version": "2.0.0", "integrity": "sha512-BB", "peerDependencies": { "a": "1", "none": "1" } },
                "node_modules/a/node_modules/b": { "version": "1.9.0", "integrity": "sha512-CC" },
                "node_modules/from-git": { "version": "1.0.0", "resolved": "git+ssh://x" },
                "tools": { "link": true, "version": "1.0.0", "integrity": "sha512-DD" }
            }
        });
        let tree = read(&text.to_string()).unwrap();
        assert_eq!(tree.roots, [("a@^1.0.0", "a@1.2.0"), ("b@2", "b@2.0.0")].map(|(a, b)| (a.into(), b.into())).into());
        assert_eq!(tree.packages.keys().collect::<Vec<_>>(), ["a@1.2.0", "b@1.9.0", "b@2.0.0"]);
        assert_eq!(tree.packages["a@1.2.0"].dependencies["b"], "b@1.9.0");
        assert_eq!(tree.packages["a@1.2.0"].integrity, "sha512-AA");
        assert!(tree.packages["a@1.2.0"].optional.contains("c"));
        assert_eq!(tree.packages["b@2.0.0"].dependencies, [("a".to_owned(), "a@1.2.0".to_owned())].into());
    }

    #[test]
    fn what_is_none_is_said() {
        assert!(read("{}").is_err() && read("nothing").is_err());
        assert!(read(r#"{"lockfileVersion": 1}"#).unwrap_err().contains("npm 7"));
    }
}
