//! Encryption at rest: AES-256-GCM, written as base64(iv) `:` base64(ciphertext) `:` base64(tag), with a 12-byte random iv
//! and a 16-byte tag (Butterbase §8.6). What it holds is in no error and no debug print.

mod derived;

use crate::config::parse_hex_key;
use aes_gcm::aead::AeadInPlace;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ramekin_host_api::Environment;
use ramekin_model::Secret;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Encrypts and decrypts with the platform's key.
#[derive(Clone)]
pub struct Vault {
    aes: Aes256Gcm,
    app_databases: Secret<[u8; 32]>,
}

/// Why there is no vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file cannot be read or made.
    #[error("the key file `{}` cannot be used: {source}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key file holds something else.
    #[error("the key file `{}` does not hold 64 characters of hex; restore it from a backup, for without it no environment variable can be read", .0.display())]
    NoKey(PathBuf),
    /// No random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Entropy(getrandom::Error),
}

impl From<getrandom::Error> for VaultError {
    fn from(error: getrandom::Error) -> Self {
        Self::Entropy(error)
    }
}

/// A text that this key does not open: another key wrote it, or it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was encrypted with another key, or damaged")]
pub struct CannotOpen;

impl Vault {
    /// A vault with this key.
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self { aes: Aes256Gcm::new(key.expose().into()), app_databases: derived::derived(key, "app-database") }
    }

    /// The secret that the passwords of apps' databases are made from. Another key gives another secret.
    pub fn app_databases(&self) -> Secret<[u8; 32]> {
        self.app_databases.clone()
    }

    /// A vault with the key of this file, which is made when it is not there.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn from_file(path: &Path) -> Result<Self, VaultError> {
        let failed = |source| VaultError::KeyFile { path: path.to_path_buf(), source };
        match fs::read_to_string(path) {
            Ok(text) => {
                let key = parse_hex_key(text.trim()).ok_or_else(|| VaultError::NoKey(path.to_path_buf()))?;
                return Ok(Self::new(&Secret::new(key)));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key)?;
        let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        // Complete or not there, and never over a key that another process has made in between.
        let temporary = path.with_extension(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
        let written = write_private(&temporary, &text).and_then(|()| fs::hard_link(&temporary, path));
        let _ = fs::remove_file(&temporary);
        match written {
            Ok(()) => Ok(Self::new(&Secret::new(key))),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::from_file(path),
            Err(error) => Err(failed(error)),
        }
    }

    /// Encrypts a text.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, plain: &str) -> Result<String, VaultError> {
        let mut iv = [0_u8; 12];
        getrandom::fill(&mut iv)?;
        let mut data = plain.as_bytes().to_vec();
        let tag = self.aes.encrypt_in_place_detached(&Nonce::from(iv), &[], &mut data);
        // Encryption fails only for more than 64 GiB.
        let tag = tag.map_err(|_| getrandom::Error::UNEXPECTED)?;
        Ok(format!("{}:{}:{}", BASE64.encode(iv), BASE64.encode(&data), BASE64.encode(tag)))
    }

    /// Decrypts a text.
    ///
    /// # Errors
    /// See [`CannotOpen`].
    pub fn open(&self, sealed: &str) -> Result<Secret<String>, CannotOpen> {
        let mut parts = sealed.split(':').map(|part| BASE64.decode(part));
        let (Some(Ok(iv)), Some(Ok(mut data)), Some(Ok(tag)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CannotOpen);
        };
        let iv: [u8; 12] = iv.try_into().map_err(|_| CannotOpen)?;
        let tag: [u8; 16] = tag.try_into().map_err(|_| CannotOpen)?;
        let opened = self.aes.decrypt_in_place_detached(&Nonce::from(iv), &[], &mut data, &Tag::from(tag));
        opened.map_err(|_| CannotOpen)?;
        String::from_utf8(data).map(Secret::new).map_err(|_| CannotOpen)
    }

    /// Encrypts environment variables, as one JSON object.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal_environment(&self, variables: &BTreeMap<String, String>) -> Result<String, VaultError> {
        // A map of texts has no value that JSON cannot say.
        self.seal(&serde_json::to_string(variables).unwrap_or_default())
    }

    /// Decrypts environment variables.
    ///
    /// # Errors
    /// See [`CannotOpen`].
    pub fn open_environment(&self, sealed: &str) -> Result<Environment, CannotOpen> {
        let variables = self.open(sealed)?;
        serde_json::from_str(variables.expose()).map(Environment::new).map_err(|_| CannotOpen)
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn vault(key: u8) -> Vault {
        Vault::new(&Secret::new([key; 32]))
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let sealed = vault(1).seal("käse").unwrap();
        assert_eq!(vault(1).open(&sealed).unwrap().expose(), "käse");
        assert_ne!(vault(1).seal("käse").unwrap(), sealed, "a fresh iv each time");
        assert_eq!(vault(2).open(&sealed), Err(CannotOpen));
        let [iv, data, tag] = sealed.split(':').collect::<Vec<_>>()[..] else { panic!() };
        let short_tag = BASE64.encode(&BASE64.decode(tag).unwrap()[..12]);
        for bad in [
            "",
            "::",
            &format!("{iv}:{data}"),
            &format!("{iv}:{data}:{short_tag}"),
            &format!("{iv}:{data}:{tag}:"),
            &format!("{iv}:{}:{tag}", BASE64.encode("kaese")),
            &format!("{tag}:{data}:{iv}"),
        ] {
            assert_eq!(vault(1).open(bad), Err(CannotOpen), "{bad}");
        }
    }

    #[test]
    fn reads_the_form_of_other_writers() {
        // Made with Node's `crypto.createCipheriv("aes-256-gcm", …)`: key of 32 bytes 0x07, iv of 12 bytes 0x09.
        let sealed = "CQkJCQkJCQkJCQkJ:XKfFtoTS8EPdGg==:iDZCYm+nJZEWuJSnL6CFTA==";
        assert_eq!(vault(7).open(sealed).unwrap().expose(), "{\"A\":\"1\"}x");
    }

    #[test]
    fn environments_round_trip() {
        let variables = BTreeMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), "ä\n\"".to_owned())]);
        let sealed = vault(1).seal_environment(&variables).unwrap();
        assert_eq!(vault(1).open_environment(&sealed).unwrap().expose(), &variables);
        let no_object = vault(1).seal("[1]").unwrap();
        assert!(vault(1).open_environment(&no_object).is_err());
    }

    #[test]
    fn the_key_file_is_private_and_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let sealed = Vault::from_file(&path).unwrap().seal("x").unwrap();
        assert_eq!(Vault::from_file(&path).unwrap().open(&sealed).unwrap().expose(), "x");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::write(&path, "no key").unwrap();
        assert!(matches!(Vault::from_file(&path), Err(VaultError::NoKey(_))));
    }
}
