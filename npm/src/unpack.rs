//! Unpacks a package: regular files below the folder, and nothing else. Whatever the archive says, it writes nowhere else and
//! not more than it may.

use crate::limits::Limits;
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, EntryType};

/// Files that no bundle needs: declarations of types, and source maps.
const LEFT_OUT: &[&str] = &[".d.ts", ".d.mts", ".d.cts", ".map"];

/// Unpacks a `.tgz` into a folder that is there and empty. The error is the reason in words.
pub(crate) fn unpack(bytes: &[u8], into: &Path, limits: &Limits) -> Result<(), String> {
    let unpacked = Bounded { inner: GzDecoder::new(bytes), left: limits.unpacked };
    let mut archive = Archive::new(unpacked);
    let mut files = 0;
    for entry in archive.entries().map_err(|error| reason(&error, limits))? {
        let mut entry = entry.map_err(|error| reason(&error, limits))?;
        let path = entry.path().map_err(|error| error.to_string())?.into_owned();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {}
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::Symlink | EntryType::Link => return Err(format!("it holds a link, `{}`", path.display())),
            _ => return Err(format!("it holds `{}`, which is no file", path.display())),
        }
        files += 1;
        if files > limits.files {
            return Err(format!("it has more than {} files", limits.files));
        }
        let path = inside(&path)?;
        let left_out = path.to_str().is_some_and(|path| LEFT_OUT.iter().any(|end| path.ends_with(end)));
        if left_out || path.as_os_str().is_empty() {
            continue;
        }
        let place = into.join(&path);
        if let Some(dir) = place.parent() {
            fs::create_dir_all(dir).map_err(|error| reason(&error, limits))?;
        }
        let mut file = File::create(&place).map_err(|error| reason(&error, limits))?;
        io::copy(&mut entry, &mut file).map_err(|error| reason(&error, limits))?;
    }
    if files == 0 { Err("it is empty".to_owned()) } else { Ok(()) }
}

/// A path without its first part, which is `package` by custom; refused if it leads elsewhere.
fn inside(path: &Path) -> Result<PathBuf, String> {
    let normal = |part: &Component<'_>| match part {
        Component::Normal(name) => name.to_str().is_some_and(|name| !name.contains(['\\', '\0'])),
        Component::CurDir => true,
        Component::ParentDir | Component::RootDir | Component::Prefix(_) => false,
    };
    if !path.components().all(|part| normal(&part)) {
        return Err(format!("it holds `{}`, which leads out of it", path.display()));
    }
    Ok(path.components().filter(|part| matches!(part, Component::Normal(_))).skip(1).collect())
}

fn reason(error: &io::Error, limits: &Limits) -> String {
    if error.to_string().contains(TOO_LARGE) {
        return format!("it is larger than {} bytes when it is unpacked", limits.unpacked);
    }
    error.to_string()
}

const TOO_LARGE: &str = "more than it may unpack to";

/// Ends with an error where an archive unpacks to more than it may.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(TOO_LARGE))?;
        Ok(read)
    }
}
