//! Secrets for other purposes, made from the platform's key, so that there is one key to keep and no purpose can find out
//! the secret of another.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac as _};
use ramekin_model::Secret;
use sha2::Sha256;

/// The secret for a purpose.
pub(super) fn derived(key: &Secret<[u8; 32]>, purpose: &str) -> Secret<[u8; 32]> {
    mac(key, purpose.as_bytes())
}

/// HMAC-SHA-256 of a text under the key.
pub(super) fn mac(key: &Secret<[u8; 32]>, text: &[u8]) -> Secret<[u8; 32]> {
    // HMAC fills a short key up with zeros to the block of its hash.
    let mut block = [0_u8; 64];
    block.iter_mut().zip(key.expose()).for_each(|(block, key)| *block = *key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(text);
    Secret::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_and_purpose_has_its_own() {
        let [a, b] = [Secret::new([1; 32]), Secret::new([2; 32])];
        assert_eq!(derived(&a, "x"), derived(&a, "x"));
        assert_ne!(derived(&a, "x"), derived(&a, "y"));
        assert_ne!(derived(&a, "x"), derived(&b, "x"));
        assert_ne!(derived(&a, "x"), a);
    }
}
