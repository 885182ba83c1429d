//! The key file: 64 characters of hex in a line, the key that encrypts first, older ones below it. It is never there in
//! part, and no key in it is lost before nothing needs it any more.

use super::{Key, VaultError};
use crate::config::parse_hex_key;
use ramekin_model::Secret;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A key file and its keys.
pub struct KeyFile {
    path: PathBuf,
    key: Key,
    older: Vec<Key>,
}

impl KeyFile {
    /// Reads a file, or makes it with a new key.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn open(path: &Path) -> Result<Self, VaultError> {
        match fs::read_to_string(path) {
            Ok(text) => return Self::read(path, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(VaultError::KeyFile { path: path.to_path_buf(), source }),
        }
        let file = Self { path: path.to_path_buf(), key: random()?, older: Vec::new() };
        // Never over a key that another process has made in between.
        match file.write(|temporary| fs::hard_link(temporary, path)) {
            Ok(()) => Ok(file),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::open(path),
            Err(source) => Err(VaultError::KeyFile { path: path.to_path_buf(), source }),
        }
    }

    fn read(path: &Path, text: &str) -> Result<Self, VaultError> {
        let no_key = || VaultError::NoKey(path.to_path_buf());
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys = lines.map(|line| parse_hex_key(line).map(Secret::new).ok_or_else(no_key));
        let mut keys = keys.collect::<Result<Vec<Key>, _>>()?.into_iter();
        let key = keys.next().ok_or_else(no_key)?;
        Ok(Self { path: path.to_path_buf(), key, older: keys.collect() })
    }

    /// The key that encrypts.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Keys that only decrypt.
    pub fn older(&self) -> &[Key] {
        &self.older
    }

    /// Puts a new key above the others.
    ///
    /// # Errors
    /// When the file cannot be written; it is then as it was.
    pub fn renew(mut self) -> Result<Self, VaultError> {
        let before = std::mem::replace(&mut self.key, random()?);
        self.older.insert(0, before);
        self.replace()?;
        Ok(self)
    }

    /// Forgets every key but the first.
    ///
    /// # Errors
    /// When the file cannot be written; it is then as it was.
    pub fn forget_older(mut self) -> Result<(), VaultError> {
        self.older.clear();
        self.replace()
    }

    fn replace(&self) -> Result<(), VaultError> {
        let replaced = self.write(|temporary| fs::rename(temporary, &self.path));
        replaced.map_err(|source| VaultError::KeyFile { path: self.path.clone(), source })
    }

    /// Writes a complete file beside this one and lets `place` bring it here.
    fn write(&self, place: impl FnOnce(&Path) -> std::io::Result<()>) -> std::io::Result<()> {
        let temporary = self.path.with_extension(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
        let text: String = std::iter::once(&self.key).chain(&self.older).map(line).collect();
        let written = write_private(&temporary, &text).and_then(|()| place(&temporary));
        let _ = fs::remove_file(&temporary);
        written?;
        // The name is on the disk only when its folder is.
        match self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

fn random() -> Result<Key, VaultError> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key)?;
    Ok(Secret::new(key))
}

fn line(key: &Key) -> String {
    key.expose().iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect()
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Vault;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn is_private_and_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let sealed = Vault::from_file(&path, &[]).unwrap().seal("x").unwrap();
        assert_eq!(Vault::from_file(&path, &[]).unwrap().open(&sealed).unwrap().expose(), "x");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        for bad in ["no key", "", "\n", &format!("{}\nno key", "0".repeat(64))] {
            fs::write(&path, bad).unwrap();
            assert!(matches!(Vault::from_file(&path, &[]), Err(VaultError::NoKey(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_new_key_stands_above_the_old_one_until_that_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let old = Vault::from_file(&path, &[]).unwrap();
        let sealed = old.seal("x").unwrap();
        let file = KeyFile::open(&path).unwrap().renew().unwrap();
        let both = Vault::from_file(&path, &[]).unwrap();
        assert_eq!(both.open(&sealed).unwrap().expose(), "x");
        assert_ne!(both.key_id(), old.key_id());
        assert_eq!(KeyFile::open(&path).unwrap().older().len(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        file.forget_older().unwrap();
        let new = Vault::from_file(&path, &[]).unwrap();
        assert!(new.open(&sealed).is_err() && new.key_id() == both.key_id());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_one_line_without_an_end_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        fs::write(&path, "07".repeat(32)).unwrap();
        let sealed = Vault::new(&Secret::new([7; 32]), &[]).seal("x").unwrap();
        assert!(Vault::from_file(&path, &[]).unwrap().open(&sealed).is_ok());
    }
}
