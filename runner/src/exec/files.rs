//! Compiled images on disk: where each is, and when it goes.

use chrono::{DateTime, Utc};
use ramekin_model::AppId;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::task::TaskTracker;

/// The copy of an image on disk, and the sidecar beside it. Both go when it is dropped, unless they are kept.
pub(super) struct ImageFile {
    path: PathBuf,
    keep: AtomicBool,
}

impl ImageFile {
    /// A copy that is there, or is about to be written.
    pub(super) fn new(path: PathBuf, keep: bool) -> Self {
        Self { path, keep: AtomicBool::new(keep) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn sidecar(&self) -> PathBuf {
        sidecar_of(&self.path)
    }

    /// Whether it stays when its image goes.
    pub(super) fn set_keep(&self, keep: bool) {
        self.keep.store(keep, Ordering::SeqCst);
    }
}

/// Where what belongs to an image stands.
pub(super) fn sidecar_of(path: &Path) -> PathBuf {
    path.with_extension("json")
}

impl Drop for ImageFile {
    fn drop(&mut self) {
        if !self.keep.load(Ordering::SeqCst) {
            let _ = std::fs::remove_file(&self.path);
            let _ = std::fs::remove_file(self.sidecar());
        }
    }
}

/// The folder of the compiled images. The name of each says which version of which function it is of.
#[derive(Debug, Clone)]
pub struct ImageFiles {
    dir: PathBuf,
    tasks: TaskTracker,
}

/// A version of a function: its app, the name of its source, and when it was deployed.
pub type Version<'a> = (&'a AppId, &'a str, DateTime<Utc>);

impl ImageFiles {
    /// The images in this folder. What is removed is removed in one of these tasks.
    pub fn new(dir: PathBuf, tasks: TaskTracker) -> Self {
        Self { dir, tasks }
    }

    /// Where the image of a version is. `content` tells builds of it apart.
    pub(super) fn path(&self, (app, file_name, deployed): Version<'_>, content: Sha256) -> PathBuf {
        let name = format!("{}-{}-{}", function_part(app, file_name), version_part(deployed), hex(content, 16));
        self.dir.join(name).with_extension("cwasm")
    }

    /// Removes what is older than these versions of their functions, for nobody will look for it. Does not wait for it.
    pub fn remove_older<'a>(&self, versions: impl IntoIterator<Item = Version<'a>>) {
        let named = |(app, file_name, deployed): Version<'_>| (function_part(app, file_name), version_part(deployed));
        let versions: HashMap<String, String> = versions.into_iter().map(named).collect();
        let dir = self.dir.clone();
        self.tasks.spawn_blocking(move || {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let mut parts = name.to_str().unwrap_or_default().split('-');
                if let (Some(function), Some(version)) = (parts.next(), parts.next())
                    && versions.get(function).is_some_and(|kept| version < kept.as_str())
                {
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        });
    }
}

fn function_part(app: &AppId, file_name: &str) -> String {
    let mut hash = Sha256::new();
    for part in [app.as_str(), file_name] {
        hash.update(part);
        hash.update([0]);
    }
    hex(hash, 12)
}

/// Orders like the versions.
fn version_part(deployed: DateTime<Utc>) -> String {
    format!("{:016x}", deployed.timestamp_micros().max(0))
}

fn hex(hash: Sha256, bytes: usize) -> String {
    hash.finalize().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use std::collections::BTreeSet;

    const APPS: [&str; 2] = ["app_000000000001", "app_000000000002"];

    fn names(dir: &Path) -> BTreeSet<String> {
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn files_of_older_versions_of_a_function_go_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let files = ImageFiles::new(dir.path().to_path_buf(), TaskTracker::new());
        let [one, two] = APPS.map(|app| app.parse::<AppId>().unwrap());
        let now = Utc::now();
        let before = now - TimeDelta::microseconds(1);
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let write = |version: Version<'_>| {
            let path = files.path(version, Sha256::new());
            let sidecar = path.with_extension("json");
            [path, sidecar].map(|path| {
                std::fs::write(&path, "x").unwrap();
                name(&path)
            })
        };
        let old = write((&one, "hello.ts", before));
        let kept = [
            write((&one, "hello.ts", now)),
            write((&one, "hello.ts", now + TimeDelta::microseconds(1))),
            write((&one, "hello-2.ts", before)),
            write((&two, "hello.ts", before)),
        ];
        std::fs::write(dir.path().join("0123abcd.cwasm"), "x").unwrap();
        let all = names(dir.path());
        assert_eq!(all.len(), 11);
        files.remove_older([(&one, "hello.ts", before)]);
        files.tasks.close();
        files.tasks.wait().await;
        assert_eq!(names(dir.path()), all, "there is nothing before the oldest one");
        files.remove_older([(&one, "hello.ts", now), (&two, "other.ts", now)]);
        files.tasks.wait().await;
        let left = names(dir.path());
        assert_eq!(left.len(), 9);
        assert!(old.iter().all(|name| !left.contains(name)));
        assert!(kept.iter().flatten().all(|name| left.contains(name)));
    }

    #[test]
    fn a_file_goes_with_its_image_unless_it_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        for keep in [false, true] {
            let file = ImageFile::new(dir.path().join("a.cwasm"), keep);
            std::fs::write(&file.path, "x").unwrap();
            std::fs::write(file.sidecar(), "x").unwrap();
            drop(file);
            assert_eq!(names(dir.path()).len(), if keep { 2 } else { 0 });
        }
    }
}
