//! Choosing packages from a registry that is a map, and unpacking archives on and past their limits.

use crate::error::{Cause, NpmError};
use crate::limits::Limits;
use crate::metadata::Metadata;
use crate::tree::{Source, Tree, Want, resolve};
use crate::unpack::unpack;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tar::{Builder, Header};

/// Writes a program. Another process does it, so that no child of this one holds the file open for writing when it is run.
pub(crate) fn script(path: &Path, body: &str) {
    let write = "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
    let done = Command::new("sh").args(["-c", write, "sh", body]).arg(path).status().unwrap();
    assert!(done.success());
}

/// Versions by name: `{ "a": { "1.0.0": { "dependencies": … } } }`. The last one is the latest.
struct Fake(Value);

impl Source for Fake {
    fn metadata(&self, names: &[String]) -> Vec<Result<Arc<Metadata>, Cause>> {
        let one = |name: &String| {
            let versions = self.0[name].as_object().ok_or_else(|| Cause::NoPackage(name.clone()))?;
            let mut versions = versions.clone();
            let latest = versions.keys().next_back().unwrap().clone();
            for (version, about) in &mut versions {
                about["dist"] = json!({ "integrity": format!("sha1-x sha512-{name}{version}") });
            }
            let all = json!({ "dist-tags": { "latest": latest, "odd": 1 }, "versions": versions });
            Ok(Arc::new(Metadata::read(all.to_string().as_bytes()).unwrap()))
        };
        names.iter().map(one).collect()
    }
}

fn chosen(registry: &Value, wants: &[(&str, &str)], locked: &Tree) -> Result<Tree, NpmError> {
    let wants: Vec<Want> =
        wants.iter().map(|(name, range)| Want { name: (*name).into(), range: (*range).into() }).collect();
    resolve(&wants, locked, &Fake(registry.clone()), &Limits { packages: 5, ..Limits::default() })
}

fn keys(tree: &Tree) -> Vec<&str> {
    tree.packages.keys().map(String::as_str).collect()
}

#[test]
fn one_version_for_all_where_one_will_do() {
    let registry = json!({
        "a": { "1.0.0": { "dependencies": { "c": "^1", "d": "npm:c@2" } } },
        "b": { "1.0.0": { "dependencies": { "c": "1.1.0" } } },
        "c": { "1.0.0": {}, "1.1.0": {}, "2.0.0": {} },
    });
    let tree = chosen(&registry, &[("a", ""), ("b", "^1"), ("c", "~1.1")], &Tree::default()).unwrap();
    assert_eq!(keys(&tree), ["a@1.0.0", "b@1.0.0", "c@1.1.0", "c@2.0.0"]);
    assert_eq!(tree.roots["c@~1.1"], "c@1.1.0");
    let a = &tree.packages["a@1.0.0"];
    assert_eq!((a.dependencies["c"].as_str(), a.dependencies["d"].as_str()), ("c@1.1.0", "c@2.0.0"));
    assert_eq!(a.integrity, "sha512-a1.0.0");
    assert_ne!(a.folder(), tree.packages["b@1.0.0"].folder());
}

#[test]
fn peers_and_what_is_optional() {
    let registry = json!({
        "a": { "1.0.0": {
            "dependencies": { "native": "1", "git": "git+ssh://x" }, "optionalDependencies": { "native": "1" },
            "peerDependencies": { "peer": "^1", "there": "*", "away": "*" },
            "peerDependenciesMeta": { "there": { "optional": true }, "away": { "optional": true } },
        } },
        "peer": { "1.0.0": { "dependencies": { "a": "*" } }, "2.0.0": {} },
        "there": { "1.0.0": {} },
        "native": { "1.0.0": {} },
    });
    let tree = chosen(&registry, &[("a", "1"), ("there", "")], &Tree::default()).unwrap();
    assert_eq!(keys(&tree), ["a@1.0.0", "peer@1.0.0", "there@1.0.0"], "circles end");
    let a = &tree.packages["a@1.0.0"];
    assert_eq!(a.dependencies.keys().collect::<Vec<_>>(), ["peer", "there"]);
    assert_eq!(a.optional.iter().collect::<Vec<_>>(), ["away", "git", "native", "there"]);
}

#[test]
fn what_is_locked_stays() {
    let old = json!({ "a": { "1.0.0": { "dependencies": { "b": "*" } } }, "b": { "1.0.0": {} } });
    let before = chosen(&old, &[("a", "^1")], &Tree::default()).unwrap();
    let new = json!({ "a": { "1.0.0": {}, "1.9.0": {} }, "b": { "1.0.0": {}, "2.0.0": {} }, "c": { "1.0.0": {} } });
    assert_eq!(chosen(&new, &[("a", "^1")], &before).unwrap(), before);
    let more = chosen(&new, &[("a", "^1"), ("c", ""), ("b", "1")], &before).unwrap();
    assert_eq!(keys(&more), ["a@1.0.0", "b@1.0.0", "c@1.0.0"]);
    let other = chosen(&new, &[("a", "~1.9")], &before).unwrap();
    assert_eq!(keys(&other), ["a@1.9.0"], "what nothing needs any more goes");
    let stored: Tree = serde_json::from_value(serde_json::to_value(&before).unwrap()).unwrap();
    assert_eq!(stored, before);
}

#[test]
fn a_lock_that_lies_is_refused() {
    let mut locked = chosen(&json!({ "a": { "1.0.0": {} } }), &[("a", "1")], &Tree::default()).unwrap();
    locked.packages.get_mut("a@1.0.0").unwrap().name = "../../etc".into();
    let error = chosen(&json!({}), &[("a", "1")], &locked).unwrap_err();
    assert!(matches!(error.cause, Cause::Name(_)) && error.root == Some(0), "{error}");
}

#[test]
fn who_is_to_blame() {
    let registry = json!({ "a": { "1.0.0": {} }, "b": { "1.0.0": { "dependencies": { "none": "1" } } } });
    let error = chosen(&registry, &[("a", ""), ("b", "")], &Tree::default()).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.root), ("the registry has no package `none`", Some(1)));
    let error = chosen(&registry, &[("../x", "")], &Tree::default()).unwrap_err();
    assert!(matches!(error.cause, Cause::Name(_)));
    let unhashed = json!({ "dist-tags": { "latest": "1.0.0" }, "versions": { "1.0.0": {} } });
    assert!(Metadata::read(unhashed.to_string().as_bytes()).unwrap().versions["1.0.0"].dist.integrity.is_none());
}

#[test]
fn packages_on_and_past_the_limit() {
    let chain = |length: usize| {
        let one = |n: usize| {
            let next = if n + 1 < length { json!({ format!("p{}", n + 1): "*" }) } else { json!({}) };
            (format!("p{n}"), json!({ "1.0.0": { "dependencies": next } }))
        };
        Value::Object((0..length).map(one).collect())
    };
    assert_eq!(chosen(&chain(5), &[("p0", "")], &Tree::default()).unwrap().packages.len(), 5);
    let error = chosen(&chain(6), &[("p0", "")], &Tree::default()).unwrap_err();
    assert!(matches!(error.cause, Cause::TooMany(5)), "{error}");
}

fn archive(files: &[(&str, usize)]) -> Vec<u8> {
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, size) in files {
        let mut header = Header::new_gnu();
        header.set_size(*size as u64);
        header.set_mode(0o755);
        archive.append_data(&mut header, path, vec![b'x'; *size].as_slice()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn archives_on_and_past_their_limits() {
    let unpacked = |files: &[(&str, usize)]| {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { files: 3, unpacked: 8 * 512, ..Limits::default() };
        unpack(&archive(files), dir.path(), &limits).map(|()| {
            let there = |path: &&(&str, usize)| dir.path().join(path.0.split_once('/').unwrap().1).is_file();
            files.iter().filter(there).count()
        })
    };
    assert_eq!(unpacked(&[("package/a.js", 1), ("package/lib/b.js", 2), ("package/c.d.ts", 1)]), Ok(2), "no types");
    let four = [("p/a", 0), ("p/b", 0), ("p/c", 0), ("p/d", 0)];
    assert!(unpacked(&four).unwrap_err().contains("more than 3 files"));
    assert_eq!(unpacked(&[("package/a.js", 5 * 512)]), Ok(1));
    assert!(unpacked(&[("package/a.js", 9 * 512)]).unwrap_err().contains("larger than 4096 bytes"));
    assert!(unpacked(&[]).unwrap_err().contains("empty"));
    let dir = tempfile::tempdir().unwrap();
    assert!(unpack(b"no archive", dir.path(), &Limits::default()).is_err());
}

#[test]
fn a_file_where_a_folder_should_be() {
    let dir = tempfile::tempdir().unwrap();
    let odd = archive(&[("package/a", 1), ("package/a/b.js", 1)]);
    assert!(unpack(&odd, dir.path(), &Limits::default()).is_err());
}
