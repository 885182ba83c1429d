//! Hashes, and what is made of them: HMAC and HKDF.

use digest::DynDigest;

/// A hash that goes on.
pub type Hash = Box<dyn DynDigest>;

/// A hash by its name, and the size of its blocks in bytes.
pub fn open(name: &str) -> Option<(Hash, usize)> {
    Some(match name {
        "md5" => (Box::<md5::Md5>::default(), 64),
        "ripemd160" => (Box::<ripemd::Ripemd160>::default(), 64),
        "sha1" => (Box::<sha1::Sha1>::default(), 64),
        "sha224" => (Box::<sha2::Sha224>::default(), 64),
        "sha256" => (Box::<sha2::Sha256>::default(), 64),
        "sha384" => (Box::<sha2::Sha384>::default(), 128),
        "sha512" => (Box::<sha2::Sha512>::default(), 128),
        "sha512-224" => (Box::<sha2::Sha512_224>::default(), 128),
        "sha512-256" => (Box::<sha2::Sha512_256>::default(), 128),
        "sha3-224" => (Box::<sha3::Sha3_224>::default(), 144),
        "sha3-256" => (Box::<sha3::Sha3_256>::default(), 136),
        "sha3-384" => (Box::<sha3::Sha3_384>::default(), 104),
        "sha3-512" => (Box::<sha3::Sha3_512>::default(), 72),
        _ => return None,
    })
}

/// Hash of the parts, one after the other.
pub fn digest(name: &str, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let (mut hash, _) = open(name)?;
    for part in parts {
        hash.update(part);
    }
    Some(hash.finalize().into_vec())
}

/// HMAC under one key: the two hashes, each after its padded key.
pub struct Hmac {
    inner: Hash,
    outer: Hash,
}

impl Hmac {
    /// HMAC with the hash of this name.
    pub fn new(name: &str, key: &[u8]) -> Option<Self> {
        let (mut inner, block) = open(name)?;
        let mut outer = inner.box_clone();
        let mut padded = if key.len() > block { digest(name, &[key])? } else { key.to_vec() };
        padded.resize(block, 0);
        padded.iter_mut().for_each(|byte| *byte ^= 0x36);
        inner.update(&padded);
        padded.iter_mut().for_each(|byte| *byte ^= 0x36 ^ 0x5C);
        outer.update(&padded);
        Some(Self { inner, outer })
    }

    /// Takes in more.
    pub fn update(&mut self, bytes: &[u8]) {
        self.inner.update(bytes);
    }

    /// The code of what was taken in.
    pub fn finish(self) -> Vec<u8> {
        let mut outer = self.outer;
        outer.update(&self.inner.finalize());
        outer.finalize().into_vec()
    }

    fn of(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut copy = Self { inner: self.inner.box_clone(), outer: self.outer.box_clone() };
        parts.iter().for_each(|part| copy.update(part));
        copy.finish()
    }
}

/// HMAC of one message.
pub fn hmac(name: &str, key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    Some(Hmac::new(name, key)?.of(&[message]))
}

/// HKDF (RFC 5869). `None` for more than 255 blocks.
pub fn hkdf(name: &str, key: &[u8], salt: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let expand = Hmac::new(name, &hmac(name, salt, key)?)?;
    let mut out = Vec::new();
    let mut block = Vec::new();
    let mut count = 0_u8;
    while out.len() < length {
        count = count.checked_add(1)?;
        block = expand.of(&[&block, info, &[count]]);
        out.extend_from_slice(&block);
    }
    out.truncate(length);
    Some(out)
}
