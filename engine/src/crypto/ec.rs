//! The curves of NIST: points, ECDSA and ECDH. A private key is a scalar as long as a field element, a public key an
//! uncompressed point, a signature `r` and `s` in that length each.

use super::hash::hmac;
use ecdsa::signature::hazmat::{PrehashVerifier, RandomizedPrehashSigner};
use elliptic_curve::rand_core::{CryptoRng, Error, RngCore};
use elliptic_curve::sec1::ToEncodedPoint;

macro_rules! curve {
    ($name:ident, $size:literal) => {
        mod $name {
            use super::*;
            use ::$name::ecdsa::{Signature, SigningKey, VerifyingKey};
            use ::$name::{PublicKey, SecretKey};

            fn secret(private: &[u8]) -> Option<SecretKey> {
                if private.len() == $size { SecretKey::from_slice(private).ok() } else { None }
            }

            pub fn public(private: &[u8]) -> Option<Vec<u8>> {
                Some(secret(private)?.public_key().to_encoded_point(false).as_bytes().to_vec())
            }

            pub fn point(bytes: &[u8], compress: bool) -> Option<Vec<u8>> {
                Some(PublicKey::from_sec1_bytes(bytes).ok()?.to_encoded_point(compress).as_bytes().to_vec())
            }

            pub fn sign(private: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
                secret(private)?;
                let key = SigningKey::from_slice(private).ok()?;
                let mut nonces = Nonces::new(private, digest)?;
                let signature: Signature = key.sign_prehash_with_rng(&mut nonces, &field(digest, $size)).ok()?;
                Some(signature.to_bytes().to_vec())
            }

            pub fn verify(public: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
                let key = VerifyingKey::from_sec1_bytes(public).ok()?;
                let signature = Signature::from_slice(signature).ok()?;
                key.verify_prehash(&field(digest, $size), &signature).ok()
            }

            pub fn shared(private: &[u8], public: &[u8]) -> Option<Vec<u8>> {
                let (private, public) = (secret(private)?, PublicKey::from_sec1_bytes(public).ok()?);
                let shared = elliptic_curve::ecdh::diffie_hellman(private.to_nonzero_scalar(), public.as_affine());
                Some(shared.raw_secret_bytes().to_vec())
            }
        }
    };
}

curve!(p256, 32);
curve!(p384, 48);
curve!(p521, 66);

/// What ECDSA draws its nonces from: a generator that is keyed with the private key and what is signed, after the manner of
/// RFC 6979. No two messages have the same nonce, and no source of randomness is needed that could be the same twice.
struct Nonces {
    key: Vec<u8>,
    count: u64,
}

impl Nonces {
    fn new(private: &[u8], digest: &[u8]) -> Option<Self> {
        Some(Self { key: hmac("sha512", private, digest)?, count: 0 })
    }
}

impl RngCore for Nonces {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, into: &mut [u8]) {
        for chunk in into.chunks_mut(64) {
            self.count += 1;
            let block = hmac("sha512", &self.key, &self.count.to_be_bytes()).unwrap_or_default();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(into);
        Ok(())
    }
}

impl CryptoRng for Nonces {}

/// The leftmost bits of a digest as a field element: what ECDSA signs (FIPS 186-5, §6.4.1). No digest is longer than the
/// order of the largest curve, so whole bytes do.
fn field(digest: &[u8], size: usize) -> Vec<u8> {
    let used = &digest[..digest.len().min(size)];
    let mut field = vec![0; size - used.len()];
    field.extend_from_slice(used);
    field
}

macro_rules! by_name {
    ($curve:ident, $function:ident($($argument:expr),*)) => {
        match $curve {
            "P-256" => p256::$function($($argument),*),
            "P-384" => p384::$function($($argument),*),
            "P-521" => p521::$function($($argument),*),
            _ => None,
        }
    };
}

/// The public key of a private one.
pub fn public(curve: &str, private: &[u8]) -> Option<Vec<u8>> {
    by_name!(curve, public(private))
}

/// A point of the curve in the form asked for; it may come in either.
pub fn point(curve: &str, bytes: &[u8], compress: bool) -> Option<Vec<u8>> {
    by_name!(curve, point(bytes, compress))
}

/// The signature of a digest.
pub fn sign(curve: &str, private: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
    by_name!(curve, sign(private, digest))
}

/// Whether it is the signature of the digest.
pub fn verify(curve: &str, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    by_name!(curve, verify(public, digest, signature)).is_some()
}

/// What two keys share: the x coordinate.
pub fn shared(curve: &str, private: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    by_name!(curve, shared(private, public))
}
