//! Encryption at rest: AES-256-GCM with a 12-byte random iv and a 16-byte tag, written as `k` and the id of the key, then
//! base64(iv), base64(ciphertext) and base64(tag), with `:` between them. The form without the key's id is read too
//! (Butterbase §8.6). What it holds is in no error and no debug print.
//!
//! One key encrypts. Older ones still decrypt, so that keys can be changed while everything stays readable.

mod derived;
mod key_file;

pub use key_file::KeyFile;

use aes_gcm::aead::AeadInPlace;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ramekin_host_api::Environment;
use ramekin_model::Secret;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A key.
pub type Key = Secret<[u8; 32]>;

/// Encrypts and decrypts with the platform's keys.
#[derive(Clone)]
pub struct Vault {
    ciphers: Arc<[Cipher]>,
    app_databases: Key,
    fingerprints: Key,
}

struct Cipher {
    /// `k` and eight digits of hex.
    id: String,
    aes: Aes256Gcm,
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
    #[error("the key file `{}` does not hold 64 characters of hex in each line; restore it from a backup, for without it no environment variable can be read", .0.display())]
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

/// A text that no key here opens: another key wrote it, or it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was encrypted with another key, or damaged")]
pub struct CannotOpen;

impl Cipher {
    fn new(key: &Key) -> Self {
        let hash = Sha256::new().chain_update(b"ramekin key id").chain_update(key.expose()).finalize();
        let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self { id: format!("k{digits}"), aes: Aes256Gcm::new(key.expose().into()) }
    }

    fn open(&self, iv: &[u8; 12], data: &[u8], tag: &[u8; 16]) -> Result<Secret<String>, CannotOpen> {
        let mut data = data.to_vec();
        let opened = self.aes.decrypt_in_place_detached(&Nonce::from(*iv), &[], &mut data, &Tag::from(*tag));
        opened.map_err(|_| CannotOpen)?;
        String::from_utf8(data).map(Secret::new).map_err(|_| CannotOpen)
    }
}

impl Vault {
    /// A vault that encrypts with this key, and decrypts with the older ones too.
    pub fn new(key: &Key, older: &[Key]) -> Self {
        Self {
            ciphers: std::iter::once(key).chain(older).map(Cipher::new).collect(),
            app_databases: derived::derived(key, "app-database"),
            fingerprints: derived::derived(key, "fingerprint"),
        }
    }

    /// The secret that the passwords of apps' databases are made from. Another key gives another secret.
    pub fn app_databases(&self) -> Key {
        self.app_databases.clone()
    }

    /// A text that is the same for the same bytes and for no others, and from which nobody without the key can find out
    /// what they were. Another key gives another text.
    pub fn fingerprint(&self, bytes: &[u8]) -> String {
        derived::mac(&self.fingerprints, bytes).expose().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A vault with the keys of this file, which is made when it is not there, and older ones.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn from_file(path: &Path, older: &[Key]) -> Result<Self, VaultError> {
        let file = KeyFile::open(path)?;
        Ok(Self::new(file.key(), &[file.older(), older].concat()))
    }

    /// The id of the key that encrypts.
    pub fn key_id(&self) -> &str {
        self.ciphers.first().map_or("", |cipher| &cipher.id)
    }

    /// Whether a text was encrypted by the key that encrypts now.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split_once(':').is_some_and(|(id, _)| id == self.key_id())
    }

    /// Encrypts a text.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn seal(&self, plain: &str) -> Result<String, VaultError> {
        let mut iv = [0_u8; 12];
        getrandom::fill(&mut iv)?;
        let mut data = plain.as_bytes().to_vec();
        // There is always one, and encryption fails only for more than 64 GiB.
        let cipher = self.ciphers.first().ok_or(getrandom::Error::UNEXPECTED)?;
        let tag = cipher.aes.encrypt_in_place_detached(&Nonce::from(iv), &[], &mut data);
        let tag = tag.map_err(|_| getrandom::Error::UNEXPECTED)?;
        Ok(format!("{}:{}:{}:{}", cipher.id, BASE64.encode(iv), BASE64.encode(&data), BASE64.encode(tag)))
    }

    /// Decrypts a text.
    ///
    /// # Errors
    /// See [`CannotOpen`].
    pub fn open(&self, sealed: &str) -> Result<Secret<String>, CannotOpen> {
        let parts: Vec<&str> = sealed.split(':').collect();
        let (id, [iv, data, tag]) = match parts[..] {
            [iv, data, tag] => (None, [iv, data, tag]),
            [id, iv, data, tag] => (Some(id), [iv, data, tag]),
            _ => return Err(CannotOpen),
        };
        let bytes = |text: &str| BASE64.decode(text).map_err(|_| CannotOpen);
        let iv: [u8; 12] = bytes(iv)?.try_into().map_err(|_| CannotOpen)?;
        let tag: [u8; 16] = bytes(tag)?.try_into().map_err(|_| CannotOpen)?;
        let data = bytes(data)?;
        let mut fitting = self.ciphers.iter().filter(|cipher| id.is_none_or(|id| id == cipher.id));
        fitting.find_map(|cipher| cipher.open(&iv, &data, &tag).ok()).ok_or(CannotOpen)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn vault<const N: usize>(keys: [u8; N]) -> Vault {
        let keys = keys.map(|byte| Secret::new([byte; 32]));
        Vault::new(&keys[0], &keys[1..])
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let sealed = vault([1]).seal("käse").unwrap();
        assert_eq!(vault([1]).open(&sealed).unwrap().expose(), "käse");
        assert_ne!(vault([1]).seal("käse").unwrap(), sealed, "a fresh iv each time");
        assert_eq!(vault([2]).open(&sealed), Err(CannotOpen));
        let [id, iv, data, tag] = sealed.split(':').collect::<Vec<_>>()[..] else { panic!() };
        let short_tag = BASE64.encode(&BASE64.decode(tag).unwrap()[..12]);
        for bad in [
            "",
            "::",
            ":::",
            &format!("{iv}:{data}"),
            &format!("{id}:{iv}:{data}:{short_tag}"),
            &format!("{id}:{iv}:{data}:{tag}:"),
            &format!("{id}:{iv}:{}:{tag}", BASE64.encode("kaese")),
            &format!("{id}:{tag}:{data}:{iv}"),
            &format!("k00000000:{iv}:{data}:{tag}"),
        ] {
            assert_eq!(vault([1]).open(bad), Err(CannotOpen), "{bad}");
        }
        let without_id = format!("{iv}:{data}:{tag}");
        assert_eq!(vault([1]).open(&without_id).unwrap().expose(), "käse", "the older form");
    }

    #[test]
    fn older_keys_decrypt_and_the_first_encrypts() {
        let old = vault([1]).seal("x").unwrap();
        let both = vault([2, 3, 1]);
        assert_eq!(both.open(&old).unwrap().expose(), "x");
        assert!(!both.is_current(&old) && vault([1]).is_current(&old));
        let new = both.seal("x").unwrap();
        assert!(both.is_current(&new) && new.starts_with(both.key_id()));
        assert_eq!(vault([2]).open(&new).unwrap().expose(), "x");
        assert_eq!(vault([1]).open(&new), Err(CannotOpen));
        let without_id = old.split_once(':').unwrap().1;
        assert_eq!(both.open(without_id).unwrap().expose(), "x", "a form without an id is tried with every key");
        assert!(!vault([1]).is_current(without_id));
    }

    #[test]
    fn reads_the_form_of_other_writers() {
        // Made with Node's `crypto.createCipheriv("aes-256-gcm", …)`: key of 32 bytes 0x07, iv of 12 bytes 0x09.
        let sealed = "CQkJCQkJCQkJCQkJ:XKfFtoTS8EPdGg==:iDZCYm+nJZEWuJSnL6CFTA==";
        assert_eq!(vault([7]).open(sealed).unwrap().expose(), "{\"A\":\"1\"}x");
        assert_eq!(vault([8, 7]).open(sealed).unwrap().expose(), "{\"A\":\"1\"}x");
    }

    #[test]
    fn environments_round_trip() {
        let variables = BTreeMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), "ä\n\"".to_owned())]);
        let sealed = vault([1]).seal_environment(&variables).unwrap();
        assert_eq!(vault([1]).open_environment(&sealed).unwrap().expose(), &variables);
        let no_object = vault([1]).seal("[1]").unwrap();
        assert!(vault([1]).open_environment(&no_object).is_err());
    }
}
