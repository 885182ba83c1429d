//! Private keys of RSA, by AWS-LC: in constant time, blinded, and each result checked with the public key, so that a fault
//! does not give the key away.
//!
//! The functions of `aws-lc-rs` know the paddings and hashes that are good today; the web's have others too (SHA-1, salts of
//! any length). So the paddings are made in the sandbox, and this is what lies below them.

use aws_lc_sys::{
    BIGNUM, BN_free, BN_new, BN_set_u64, OPENSSL_free, RSA, RSA_F4, RSA_NO_PADDING, RSA_free, RSA_generate_key_ex,
    RSA_new, RSA_private_key_from_bytes, RSA_private_key_to_bytes, RSA_sign_raw, RSA_size,
};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// The text of every failure that could tell something of a key or of what was encrypted.
const FAILED: &str = "the operation failed";

/// A key that is freed.
struct Key(NonNull<RSA>);

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: it is ours, and not used any more.
        unsafe { RSA_free(self.0.as_ptr()) };
    }
}

impl Key {
    fn owned(key: *mut RSA) -> Result<Self, String> {
        NonNull::new(key).map(Self).ok_or_else(|| "RSA: the private key is not valid".to_owned())
    }

    fn size(&self) -> usize {
        // SAFETY: the key is whole.
        unsafe { RSA_size(self.0.as_ptr()) as usize }
    }
}

/// Applies an `RSAPrivateKey` to a block that is as long as its modulus.
pub fn private(key: &[u8], block: &[u8]) -> Result<Vec<u8>, String> {
    // SAFETY: the pointer and the length are those of `key`. AWS-LC checks that the parts of the key fit together.
    let key = Key::owned(unsafe { RSA_private_key_from_bytes(key.as_ptr(), key.len()) })?;
    let size = key.size();
    if block.len() != size {
        return Err(format!("RSA: {} bytes were given, but the key takes {size}", block.len()));
    }
    let mut out = vec![0; size];
    let mut written = 0;
    let (to, from) = (out.as_mut_ptr(), block.as_ptr());
    // SAFETY: the key is whole, `to` has room for `size` bytes, and `from` has as many.
    let done = unsafe { RSA_sign_raw(key.0.as_ptr(), &raw mut written, to, size, from, size, RSA_NO_PADDING) };
    if done != 1 {
        return Err(FAILED.into());
    }
    out.truncate(written);
    Ok(out)
}

/// A new key, as an `RSAPrivateKey`.
pub fn generate(bits: u32, exponent: u32) -> Result<Vec<u8>, String> {
    struct Number(NonNull<BIGNUM>);
    impl Drop for Number {
        fn drop(&mut self) {
            // SAFETY: it is ours, and not used any more.
            unsafe { BN_free(self.0.as_ptr()) };
        }
    }
    let bits = i32::try_from(bits).map_err(|_| FAILED)?;
    // SAFETY: makes a number.
    let number = Number(NonNull::new(unsafe { BN_new() }).ok_or(FAILED)?);
    // SAFETY: makes a key.
    let key = Key::owned(unsafe { RSA_new() })?;
    // SAFETY: both are whole; there is no callback.
    let done = unsafe {
        BN_set_u64(number.0.as_ptr(), exponent.into()) == 1
            && RSA_generate_key_ex(key.0.as_ptr(), bits, number.0.as_ptr(), ptr::null_mut()) == 1
    };
    if !done {
        return Err(format!("RSA: no key with the public exponent {exponent} was found; the usual one is {RSA_F4}"));
    }
    let (mut bytes, mut length) = (ptr::null_mut::<u8>(), 0);
    // SAFETY: the key is whole; on success the bytes are ours.
    if unsafe { RSA_private_key_to_bytes(&raw mut bytes, &raw mut length, key.0.as_ptr()) } != 1 {
        return Err(FAILED.into());
    }
    // SAFETY: AWS-LC has written `length` bytes there.
    let encoded = unsafe { std::slice::from_raw_parts(bytes, length) }.to_vec();
    // SAFETY: allocated by AWS-LC, which wipes what it frees.
    unsafe { OPENSSL_free(bytes.cast::<c_void>()) };
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_works_and_a_damaged_one_is_refused() {
        let key = generate(1024, 65_537).unwrap();
        let mut block = vec![7; 128];
        block[0] = 0;
        let signed = private(&key, &block).unwrap();
        assert_eq!(signed.len(), 128);
        assert_ne!(signed, block);
        assert!(private(&key, &block[1..]).unwrap_err().contains("128"));
        assert_eq!(private(&key, &[0xFF; 128]).unwrap_err(), FAILED, "not smaller than the modulus");
        let mut damaged = key.clone();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert!(private(&damaged, &block).is_err());
        assert!(private(&key[..last], &block).is_err());
    }

    #[test]
    fn a_key_has_the_length_asked_for() {
        let key = generate(1152, 65_537).unwrap();
        let mut block = [7; 144];
        block[0] = 0;
        assert_eq!(private(&key, &block).map(|signed| signed.len()), Ok(144));
    }
}
