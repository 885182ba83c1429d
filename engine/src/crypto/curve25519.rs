//! Ed25519 and X25519.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// The public key of a private one of Ed25519.
pub fn ed_public(private: &[u8]) -> Option<Vec<u8>> {
    Some(SigningKey::from_bytes(private.try_into().ok()?).verifying_key().to_bytes().to_vec())
}

/// A signature of Ed25519.
pub fn ed_sign(private: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    Some(SigningKey::from_bytes(private.try_into().ok()?).sign(message).to_bytes().to_vec())
}

/// Whether it is the signature of the message. Points of small order never verify, nor does a scalar that is not reduced.
pub fn ed_verify(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let verify = || {
        let key = VerifyingKey::from_bytes(public.try_into().ok()?).ok()?;
        let signature = Signature::from_bytes(signature.try_into().ok()?);
        key.verify_strict(message, &signature).ok()
    };
    verify().is_some()
}

/// The public key of a private one of X25519.
pub fn x_public(private: &[u8]) -> Option<Vec<u8>> {
    let private: [u8; 32] = private.try_into().ok()?;
    Some(x25519_dalek::x25519(private, x25519_dalek::X25519_BASEPOINT_BYTES).to_vec())
}

/// What two keys of X25519 share; `None` for a public key of small order.
pub fn x_shared(private: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    let shared = x25519_dalek::x25519(private.try_into().ok()?, public.try_into().ok()?);
    (shared.iter().fold(0, |any, byte| any | byte) != 0).then(|| shared.to_vec())
}
