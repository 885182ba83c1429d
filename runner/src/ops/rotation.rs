//! Encrypting everything anew under the key that encrypts now. Can be interrupted at any point and run again: each value is
//! replaced by itself, and only if it is still the one that was read.

use crate::vault::{Vault, VaultError};
use ramekin_store::{Store, StoreError};
use std::collections::BTreeMap;

/// Passes over everything. More than one is needed only when others write meanwhile.
const PASSES: usize = 10;

/// What was done.
#[derive(Debug, Default)]
pub struct Rotation {
    /// How many of each kind were encrypted anew.
    pub renewed: BTreeMap<&'static str, usize>,
    /// What no key here decrypts: its kind and the row it is in.
    pub unreadable: Vec<(&'static str, String)>,
}

impl Rotation {
    /// How many values were encrypted anew.
    pub fn count(&self) -> usize {
        self.renewed.values().sum()
    }
}

/// Why it was not finished.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Encrypting.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Somebody goes on writing under an old key.
    #[error("a server goes on encrypting with an older key; start it anew with the current one, then run this again")]
    Overtaken,
}

/// Encrypts everything anew that is not encrypted with the key that encrypts now.
///
/// # Errors
/// See [`RotationError`]. What was done until then is good.
pub async fn rotate(store: &Store, vault: &Vault) -> Result<Rotation, RotationError> {
    let mut rotation = Rotation::default();
    for _ in 0..PASSES {
        let mut left = false;
        rotation.unreadable.clear();
        for sealed in store.sealed().all().await?.iter().filter(|sealed| !vault.is_current(&sealed.value)) {
            let Ok(plain) = vault.open(&sealed.value) else {
                rotation.unreadable.push((sealed.what(), sealed.row().to_owned()));
                continue;
            };
            if store.sealed().replace(sealed, &vault.seal(plain.expose())?).await? {
                *rotation.renewed.entry(sealed.what()).or_default() += 1;
            }
            // Seen to be done by the next pass, which finds what was written meanwhile.
            left = true;
        }
        if !left {
            if rotation.count() > 0 {
                store.sealed().announce().await?;
            }
            return Ok(rotation);
        }
    }
    Err(RotationError::Overtaken)
}
