//! Compiled engines, handed from one server to the next: each has a data directory of its own, and compiling takes seconds.
//! The name of a compiled engine says what it was made of and for, so a server takes none that does not fit.

use std::fs;
use std::path::{Path, PathBuf};

/// Gives a new cache directory the engines that are there.
pub fn lend(binary: &Path, cache: &Path) {
    if fs::create_dir_all(cache).is_ok() {
        copy_missing(&shelf(binary), cache);
    }
}

/// Takes what a server has compiled.
pub fn keep(binary: &Path, cache: &Path) {
    if fs::create_dir_all(shelf(binary)).is_ok() {
        copy_missing(cache, &shelf(binary));
    }
}

fn shelf(binary: &Path) -> PathBuf {
    binary.with_file_name("ramekin-test-engines")
}

/// Failing to copy costs time and nothing else.
fn copy_missing(from: &Path, to: &Path) {
    let Ok(entries) = fs::read_dir(from) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let target = to.join(&name);
        if text.starts_with("engine-") && text.ends_with(".cwasm") && !target.exists() {
            // Moved into its place when it is whole: other tests may be looking.
            let part = to.join(format!("{text}.{}", std::process::id()));
            let _ = fs::copy(entry.path(), &part).and_then(|_| fs::rename(&part, &target));
        }
    }
}
