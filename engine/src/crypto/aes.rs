//! AES and its modes: CBC, CTR, ECB, GCM, and the key wrap of RFC 3394. Written over the block cipher, for the web's modes
//! have sizes that vary at run time: counters of 1 to 128 bits, initialization vectors and tags of many lengths.

use super::{equal, xor};
use ::aes::cipher::generic_array::GenericArray;
use ::aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use ::aes::{Aes128, Aes192, Aes256, Block};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;

/// Bytes of a block.
const BLOCK: usize = 16;
/// Blocks of key stream made at a time: the cipher works on several at once.
const BATCH: usize = 16;

/// A key of one of the three sizes.
pub enum Aes {
    K128(Box<Aes128>),
    K192(Box<Aes192>),
    K256(Box<Aes256>),
}

impl Aes {
    /// A key of 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Option<Self> {
        Some(match key.len() {
            16 => Self::K128(Box::new(Aes128::new_from_slice(key).ok()?)),
            24 => Self::K192(Box::new(Aes192::new_from_slice(key).ok()?)),
            32 => Self::K256(Box::new(Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        })
    }

    fn encrypt_blocks(&self, blocks: &mut [Block]) {
        match self {
            Self::K128(key) => key.encrypt_blocks(blocks),
            Self::K192(key) => key.encrypt_blocks(blocks),
            Self::K256(key) => key.encrypt_blocks(blocks),
        }
    }

    fn decrypt_blocks(&self, blocks: &mut [Block]) {
        match self {
            Self::K128(key) => key.decrypt_blocks(blocks),
            Self::K192(key) => key.decrypt_blocks(blocks),
            Self::K256(key) => key.decrypt_blocks(blocks),
        }
    }

    fn encrypt(&self, block: &mut [u8; BLOCK]) {
        let mut one = [GenericArray::from(*block)];
        self.encrypt_blocks(&mut one);
        *block = one[0].into();
    }
}

/// A block whose bytes are these.
fn block(bytes: &[u8]) -> Option<[u8; BLOCK]> {
    bytes.try_into().ok()
}

/// ECB, without padding: whole blocks only.
pub fn ecb(key: &Aes, encrypt: bool, data: &[u8]) -> Option<Vec<u8>> {
    let mut blocks = whole_blocks(data)?;
    if encrypt {
        key.encrypt_blocks(&mut blocks)
    } else {
        key.decrypt_blocks(&mut blocks)
    }
    Some(blocks.concat())
}

fn whole_blocks(data: &[u8]) -> Option<Vec<Block>> {
    data.len().is_multiple_of(BLOCK).then(|| data.chunks_exact(BLOCK).map(GenericArray::clone_from_slice).collect())
}

/// CBC, without padding: whole blocks only.
pub fn cbc(key: &Aes, encrypt: bool, iv: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut previous = block(iv)?;
    let mut blocks = whole_blocks(data)?;
    if encrypt {
        for one in &mut blocks {
            xor(one, &previous);
            key.encrypt_blocks(std::slice::from_mut(one));
            previous = (*one).into();
        }
    } else {
        key.decrypt_blocks(&mut blocks);
        for (one, before) in blocks.iter_mut().zip(std::iter::once(&previous[..]).chain(data.chunks_exact(BLOCK))) {
            xor(one, before);
        }
    }
    Some(blocks.concat())
}

/// Adds the padding of PKCS #7.
pub fn pad(data: &[u8]) -> Vec<u8> {
    let missing = BLOCK - data.len() % BLOCK;
    let mut padded = data.to_vec();
    padded.resize(data.len() + missing, missing as u8);
    padded
}

/// Takes the padding of PKCS #7 away.
pub fn unpad(mut data: Vec<u8>) -> Option<Vec<u8>> {
    let count = usize::from(*data.last()?);
    let whole = data.len().checked_sub(count)?;
    let right =
        (1..=BLOCK).contains(&count) && data[whole..].iter().fold(0, |wrong, &byte| wrong | (byte ^ count as u8)) == 0;
    right.then(|| {
        data.truncate(whole);
        data
    })
}

/// CTR with the last `bits` bits of the block as the counter. `None` when it would come round.
pub fn ctr(key: &Aes, counter: &[u8], bits: u32, data: &[u8]) -> Option<Vec<u8>> {
    let start = u128::from_be_bytes(block(counter)?);
    if !(1..=128).contains(&bits) {
        return None;
    }
    let mask = u128::MAX >> (128 - bits);
    let blocks = data.len().div_ceil(BLOCK) as u128;
    if blocks > 0 && blocks - 1 > mask {
        return None;
    }
    let mut out = data.to_vec();
    keystream(key, start, mask, &mut out);
    Some(out)
}

fn keystream(key: &Aes, start: u128, mask: u128, data: &mut [u8]) {
    let mut counter = start;
    for chunk in data.chunks_mut(BLOCK * BATCH) {
        let mut stream = [Block::default(); BATCH];
        let used = &mut stream[..chunk.len().div_ceil(BLOCK)];
        for one in used.iter_mut() {
            *one = counter.to_be_bytes().into();
            counter = (counter & !mask) | (counter.wrapping_add(1) & mask);
        }
        key.encrypt_blocks(used);
        for (part, one) in chunk.chunks_mut(BLOCK).zip(used.iter()) {
            xor(part, one);
        }
    }
}

/// What GCM works with for one key and initialization vector.
pub struct Gcm<'a> {
    key: &'a Aes,
    hash: GHash,
    first: u128,
}

/// The counter of GCM has 32 bits.
const GCM_COUNTER: u128 = 0xFFFF_FFFF;

impl<'a> Gcm<'a> {
    /// An initialization vector of any length but zero.
    pub fn new(key: &'a Aes, iv: &[u8]) -> Option<Self> {
        let mut subkey = [0; BLOCK];
        key.encrypt(&mut subkey);
        let hash = GHash::new(&subkey.into());
        let first = if let Ok(iv) = <[u8; 12]>::try_from(iv) {
            let mut counter = [0; BLOCK];
            counter[..12].copy_from_slice(&iv);
            counter[15] = 1;
            counter
        } else if iv.is_empty() {
            return None;
        } else {
            let mut over = hash.clone();
            over.update_padded(iv);
            over.update(&[lengths(0, iv.len())]);
            over.finalize().into()
        };
        Some(Self { key, hash, first: u128::from_be_bytes(first) })
    }

    /// Encrypts or decrypts from block `at` on.
    pub fn crypt(&self, at: u32, data: &[u8]) -> Vec<u8> {
        let start = (self.first & !GCM_COUNTER) | (self.first.wrapping_add(1 + u128::from(at)) & GCM_COUNTER);
        let mut out = data.to_vec();
        keystream(self.key, start, GCM_COUNTER, &mut out);
        out
    }

    /// The whole tag of a ciphertext.
    pub fn tag(&self, additional: &[u8], ciphertext: &[u8]) -> [u8; BLOCK] {
        let mut hash = self.hash.clone();
        hash.update_padded(additional);
        hash.update_padded(ciphertext);
        hash.update(&[lengths(additional.len(), ciphertext.len())]);
        let mut tag: [u8; BLOCK] = hash.finalize().into();
        keystream(self.key, self.first, GCM_COUNTER, &mut tag);
        tag
    }
}

fn lengths(additional: usize, ciphertext: usize) -> Block {
    let bits = (additional as u128 * 8) << 64 | ciphertext as u128 * 8;
    bits.to_be_bytes().into()
}

/// GCM, the tag at the end.
pub fn gcm_encrypt(key: &Aes, iv: &[u8], additional: &[u8], tag: usize, data: &[u8]) -> Option<Vec<u8>> {
    let gcm = Gcm::new(key, iv)?;
    let mut out = gcm.crypt(0, data);
    let whole = gcm.tag(additional, &out);
    out.extend_from_slice(whole.get(..tag)?);
    Some(out)
}

/// The way back; `None` when the tag is not right.
pub fn gcm_decrypt(key: &Aes, iv: &[u8], additional: &[u8], tag: usize, data: &[u8]) -> Option<Vec<u8>> {
    let gcm = Gcm::new(key, iv)?;
    let (ciphertext, given) = data.split_at_checked(data.len().checked_sub(tag)?)?;
    let whole = gcm.tag(additional, ciphertext);
    equal(whole.get(..tag)?, given).then(|| gcm.crypt(0, ciphertext))
}

/// The initial value of RFC 3394.
const WRAP: u64 = 0xA6A6_A6A6_A6A6_A6A6;

/// Wraps a key of 16 or more bytes, a multiple of 8.
pub fn wrap(key: &Aes, data: &[u8]) -> Option<Vec<u8>> {
    if data.len() < 16 || !data.len().is_multiple_of(8) {
        return None;
    }
    let mut check = WRAP;
    let mut out = [&[0; 8], data].concat();
    let count = data.len() / 8;
    for step in 1..=6 * count {
        let at = 8 + (step - 1) % count * 8;
        let mut one = [0; BLOCK];
        one[..8].copy_from_slice(&check.to_be_bytes());
        one[8..].copy_from_slice(&out[at..at + 8]);
        key.encrypt(&mut one);
        check = half(&one[..8])? ^ step as u64;
        out[at..at + 8].copy_from_slice(&one[8..]);
    }
    out[..8].copy_from_slice(&check.to_be_bytes());
    Some(out)
}

/// The way back; `None` when it was not wrapped with this key.
pub fn unwrap(key: &Aes, data: &[u8]) -> Option<Vec<u8>> {
    if data.len() < 24 || !data.len().is_multiple_of(8) {
        return None;
    }
    let mut check = half(&data[..8])?;
    let mut out = data[8..].to_vec();
    let count = out.len() / 8;
    for step in (1..=6 * count).rev() {
        let at = (step - 1) % count * 8;
        let mut one = [0; BLOCK];
        one[..8].copy_from_slice(&(check ^ step as u64).to_be_bytes());
        one[8..].copy_from_slice(&out[at..at + 8]);
        key.decrypt_blocks(std::slice::from_mut(GenericArray::from_mut_slice(&mut one)));
        check = half(&one[..8])?;
        out[at..at + 8].copy_from_slice(&one[8..]);
    }
    equal(&check.to_be_bytes(), &WRAP.to_be_bytes()).then_some(out)
}

fn half(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}
