//! ChaCha20-Poly1305 (RFC 8439).

use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};

/// Bytes of a tag.
const TAG: usize = 16;

/// Encrypts, the tag at the end.
pub fn encrypt(key: &[u8], nonce: &[u8], additional: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let mut out = data.to_vec();
    let cipher = ChaCha20Poly1305::new_from_slice(key).ok()?;
    let tag = cipher.encrypt_in_place_detached(&Nonce::from(nonce), additional, &mut out).ok()?;
    out.extend_from_slice(&tag);
    Some(out)
}

/// The way back; `None` when the tag is not right.
pub fn decrypt(key: &[u8], nonce: &[u8], additional: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let (ciphertext, given) = data.split_at_checked(data.len().checked_sub(TAG)?)?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let mut out = ciphertext.to_vec();
    let cipher = ChaCha20Poly1305::new_from_slice(key).ok()?;
    let given: [u8; TAG] = given.try_into().ok()?;
    cipher.decrypt_in_place_detached(&Nonce::from(nonce), additional, &mut out, &given.into()).ok()?;
    Some(out)
}
