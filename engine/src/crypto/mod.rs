//! Cryptography as functions from bytes to bytes: no JavaScript, no state but what a caller holds, no randomness of its own.
//! `None` means that an argument has the wrong form (a key of the wrong size, a point off the curve) or that something did
//! not verify; who calls says what that means.

pub mod aes;
pub mod bignum;
pub mod chacha;
pub mod curve25519;
pub mod ec;
pub mod hash;
pub mod rsa;

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && std::hint::black_box(a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b))) == 0
}

/// XORs `with` into `into`, as far as both go.
fn xor(into: &mut [u8], with: &[u8]) {
    for (into, with) in into.iter_mut().zip(with) {
        *into ^= with;
    }
}
