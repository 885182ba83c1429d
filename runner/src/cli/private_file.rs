//! Files with secrets in them: only their owner can read them, from the first byte on.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Writes a file whole or not at all. One that is there is replaced, whoever could read it.
///
/// # Errors
/// When it cannot be written. The old one is as it was then.
pub fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let written = write_new(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// What is in the way is left of a process that was killed, or was put there by somebody else: it is not written to.
fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        removed => removed?,
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn nothing_that_was_there_is_written_to() {
        let home = tempfile::tempdir().unwrap();
        let (path, other) = (home.path().join("key"), home.path().join("other"));
        let part = home.path().join(format!("key.{}.part", std::process::id()));
        fs::write(&other, "theirs").unwrap();
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(&other, &part).unwrap();
        replace(&path, b"secret").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "theirs");
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!part.exists() && fs::symlink_metadata(&path).unwrap().is_file());
    }
}
