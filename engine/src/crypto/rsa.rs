//! The paddings of RSA (RFC 8017). What is between them, a power modulo `n`, is [`super::bignum`] for a public key and the
//! host's work for a private one. `k` is the length of the modulus in bytes.

use super::hash::{self, digest};
use super::{equal, xor};

/// Shortest padding of PKCS #1 v1.5, the two bytes before it and the zero after it.
const V15: usize = 11;

/// The digest's name in ASN.1: the beginning of a `DigestInfo`, up to the digest.
fn digest_info(name: &str) -> Option<Vec<u8>> {
    const NIST: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    let nist = |last: u8| [&NIST[..], &[last]].concat();
    let (identifier, length) = match name {
        "md5" => (vec![0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05], 16),
        "ripemd160" => (vec![0x2B, 0x24, 0x03, 0x02, 0x01], 20),
        "sha1" => (vec![0x2B, 0x0E, 0x03, 0x02, 0x1A], 20),
        "sha256" => (nist(1), 32),
        "sha384" => (nist(2), 48),
        "sha512" => (nist(3), 64),
        "sha224" => (nist(4), 28),
        "sha512-224" => (nist(5), 28),
        "sha512-256" => (nist(6), 32),
        "sha3-224" => (nist(7), 28),
        "sha3-256" => (nist(8), 32),
        "sha3-384" => (nist(9), 48),
        "sha3-512" => (nist(10), 64),
        _ => return None,
    };
    let size = identifier.len() as u8;
    let head = [0x30, size + 8 + length, 0x30, size + 4, 0x06, size];
    Some([&head[..], &identifier, &[0x05, 0x00, 0x04, length]].concat())
}

/// EMSA-PKCS1-v1_5.
pub fn pkcs1_sign(name: &str, digest: &[u8], k: usize) -> Option<Vec<u8>> {
    let info = [&digest_info(name)?, digest].concat();
    let fill = k.checked_sub(info.len() + 3).filter(|&fill| fill >= 8)?;
    Some([&[0, 1], &vec![0xFF; fill][..], &[0], &info].concat())
}

/// Whether the block is the encoding of the digest.
pub fn pkcs1_verify(name: &str, digest: &[u8], block: &[u8]) -> bool {
    pkcs1_sign(name, digest, block.len()).is_some_and(|right| equal(&right, block))
}

/// MGF1, XORed into `into`.
fn mask(name: &str, seed: &[u8], into: &mut [u8]) -> Option<()> {
    let (hash, _) = hash::open(name)?;
    for (count, chunk) in into.chunks_mut(hash.output_size()).enumerate() {
        let mut hash = hash.box_clone();
        hash.update(seed);
        hash.update(&(count as u32).to_be_bytes());
        xor(chunk, &hash.finalize());
    }
    Some(())
}

/// EMSA-PSS for a modulus of `bits` bits. `mgf` is the hash of the mask.
pub fn pss_sign(name: &str, mgf: &str, digest: &[u8], salt: &[u8], bits: usize) -> Option<Vec<u8>> {
    let size = (bits - 1).div_ceil(8);
    let fill = size.checked_sub(digest.len() + salt.len() + 2)?;
    let check = hash::digest(name, &[&[0; 8], digest, salt])?;
    let mut block = vec![0; fill];
    block.push(1);
    block.extend_from_slice(salt);
    mask(mgf, &check, &mut block)?;
    block[0] &= 0xFF >> (size * 8 - (bits - 1));
    block.extend_from_slice(&check);
    block.push(0xBC);
    Some([vec![0; bits.div_ceil(8) - size], block].concat())
}

/// Whether the block is an encoding of the digest with a salt of this length, or of any.
pub fn pss_verify(name: &str, mgf: &str, digest: &[u8], salt: Option<usize>, bits: usize, block: &[u8]) -> Option<()> {
    let size = (bits - 1).div_ceil(8);
    let (before, block) = block.split_at_checked(block.len().checked_sub(size)?)?;
    let (masked, rest) = block.split_at_checked(size.checked_sub(digest.len() + 1)?)?;
    let (check, last) = rest.split_at(digest.len());
    let unused = size * 8 - (bits - 1);
    let first = *masked.first()?;
    if before.iter().any(|&byte| byte != 0) || last != [0xBC] || u32::from(first) >> (8 - unused) != 0 {
        return None;
    }
    let mut data = masked.to_vec();
    mask(mgf, check, &mut data)?;
    data[0] &= 0xFF >> unused;
    let one = data.iter().position(|&byte| byte != 0)?;
    let found = &data[one + 1..];
    let fits = data[one] == 1 && salt.is_none_or(|salt| salt == found.len());
    (fits && equal(&hash::digest(name, &[&[0; 8], digest, found])?, check)).then_some(())
}

/// EME-OAEP. The seed is as long as the hash.
pub fn oaep_encrypt(name: &str, mgf: &str, label: &[u8], seed: &[u8], message: &[u8], k: usize) -> Option<Vec<u8>> {
    let label = digest(name, &[label])?;
    let fill = k.checked_sub(message.len() + 2 * label.len() + 2)?;
    let mut data = [&label[..], &vec![0; fill], &[1], message].concat();
    mask(mgf, seed, &mut data)?;
    let mut seed = seed.to_vec();
    mask(mgf, &data, &mut seed)?;
    Some([&[0], &seed[..], &data].concat())
}

/// The way back. Which of its checks has failed does not show, not in the time either.
pub fn oaep_decrypt(name: &str, mgf: &str, label: &[u8], block: &[u8]) -> Option<Vec<u8>> {
    let label = digest(name, &[label])?;
    let size = label.len();
    if block.len() < 2 * size + 2 {
        return None;
    }
    let (mut seed, mut data) = (block[1..=size].to_vec(), block[1 + size..].to_vec());
    mask(mgf, &data, &mut seed)?;
    mask(mgf, &seed, &mut data)?;
    let mut wrong = block[0];
    for (a, b) in data.iter().zip(&label) {
        wrong |= a ^ b;
    }
    // The first byte after the label that is not zero must be 1.
    let (mut start, mut found) = (0_usize, 0_u8);
    for (at, &byte) in data.iter().enumerate().skip(size) {
        let is_zero = flag(byte == 0);
        let first = !found & !is_zero;
        wrong |= first & !flag(byte == 1);
        start |= usize::from(first & 1).wrapping_neg() & (at + 1);
        found |= !is_zero;
    }
    wrong |= !found;
    (std::hint::black_box(wrong) == 0).then(|| data[start..].to_vec())
}

/// All ones or all zeros.
fn flag(is: bool) -> u8 {
    std::hint::black_box(u8::from(is)).wrapping_neg()
}

/// EME-PKCS1-v1_5; the filling is random and without zeros.
pub fn pkcs1_encrypt(filling: &[u8], message: &[u8], k: usize) -> Option<Vec<u8>> {
    let fill = k.checked_sub(message.len() + 3).filter(|&fill| fill >= V15 - 3)?;
    let filling = filling.get(..fill).filter(|filling| !filling.contains(&0))?;
    Some([&[0, 2], filling, &[0], message].concat())
}

/// Takes the padding of a signature off (type 1): what `publicDecrypt` gives.
pub fn pkcs1_recover(block: &[u8]) -> Option<Vec<u8>> {
    let rest = block.strip_prefix(&[0, 1])?;
    let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
    (fill >= V15 - 3 && rest.get(fill) == Some(&0)).then(|| rest[fill + 1..].to_vec())
}

/// What `privateEncrypt` signs: the message as it is (type 1).
pub fn pkcs1_raw_sign(message: &[u8], k: usize) -> Option<Vec<u8>> {
    let fill = k.checked_sub(message.len() + 3).filter(|&fill| fill >= V15 - 3)?;
    Some([&[0, 1], &vec![0xFF; fill][..], &[0], message].concat())
}
