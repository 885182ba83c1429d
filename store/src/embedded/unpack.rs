//! Unpacks a package: plain files and directories below its `native/`, and the library links that it lists, which npm
//! packages cannot hold. Anything that points elsewhere is refused.

use flate2::read::GzDecoder;
use serde::Deserialize;
use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, EntryType};

/// Everything in the archive is below this.
const ROOT: &str = "package/native";
/// The list of links, below [`ROOT`].
const LINKS: &str = "pg-symlinks.json";

#[derive(Deserialize)]
struct Link {
    source: String,
    target: String,
}

/// Unpacks a gzipped tar archive into an empty directory. The error is the reason in words.
pub(super) fn unpack(tgz: &[u8], into: &Path) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("the package is not readable: {error}");
    let mut archive = Archive::new(GzDecoder::new(tgz));
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let name = entry.path().map_err(unreadable)?.into_owned();
        let path = inside(&name)?;
        let kind = entry.header().entry_type();
        if !matches!(kind, EntryType::Regular | EntryType::Directory) {
            return Err(format!("the package holds `{}`, which is neither a file nor a directory", name.display()));
        }
        let Ok(path) = path.strip_prefix(ROOT) else {
            continue;
        };
        let failed = |error: io::Error| format!("cannot unpack `{}`: {error}", name.display());
        let path = into.join(path);
        if kind == EntryType::Directory {
            create_dir(&path, into).map_err(failed)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            create_dir(parent, into).map_err(failed)?;
        }
        let executable = entry.header().mode().map_err(unreadable)? & 0o111 != 0;
        let mode = if executable { 0o755 } else { 0o644 };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path).map_err(failed)?;
        io::copy(&mut entry, &mut file).map_err(failed)?;
        // Whatever our umask is, the database's account has to read it.
        file.set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
    }
    link(into)
}

/// Creates a directory and those above it, readable by the database's account.
fn create_dir(dir: &Path, below: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for dir in dir.ancestors().take_while(|dir| *dir != below) {
        fs::set_permissions(dir, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The path, if it stays below where it starts.
fn inside(path: &Path) -> Result<PathBuf, String> {
    if path.components().all(|part| matches!(part, Component::Normal(_))) {
        Ok(path.to_owned())
    } else {
        Err(format!("the package holds `{}`, which leads out of it", path.display()))
    }
}

/// Creates the links: each stands beside the file it points to.
fn link(dir: &Path) -> Result<(), String> {
    let list = match fs::read(dir.join(LINKS)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        list => list.map_err(|error| format!("cannot read `{LINKS}`: {error}"))?,
    };
    let list: Vec<Link> =
        serde_json::from_slice(&list).map_err(|error| format!("`{LINKS}` is not readable: {error}"))?;
    for Link { source, target } in &list {
        let refused = || format!("the package wants `{target}` to point to `{source}`");
        let (from, to) = (inside(Path::new(source))?, inside(Path::new(target))?);
        if from.parent() != to.parent() {
            return Err(refused());
        }
        let (Some(name), Ok(to)) = (from.file_name(), to.strip_prefix("native")) else {
            return Err(refused());
        };
        symlink(name, dir.join(to)).map_err(|error| format!("cannot create `{target}`: {error}"))?;
    }
    Ok(())
}
