//! The module `native:crypto`, which is loaded with the first module that needs it: what the JavaScript half imports for Web
//! Cryptography, `node:crypto`, compression and their like. `js/native/crypto.d.ts` is the reference.
//!
//! Bytes go in and out; `undefined` comes out where [`crate::crypto`] says `None`.

use super::body;
use crate::bindings::ramekin::function::{crypto as host, crypto_now};
use crate::crypto::{aes, bignum, chacha, curve25519, ec, equal as equal_bytes, hash, rsa};
use crate::js;
use crate::zip::{self, Deflater, Format, Inflater};
use javy::quickjs::{Array, Ctx, Exception, IntoJs, Object, Promise, Result, Value};
use miniz_oxide::MZFlush;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// An argument that is bytes.
struct Bytes(Vec<u8>);

impl<'js> javy::quickjs::FromJs<'js> for Bytes {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        js::copy_bytes(&value).map(Self)
    }
}

fn maybe<'js>(ctx: &Ctx<'js>, bytes: Option<Vec<u8>>) -> Result<Value<'js>> {
    match bytes {
        Some(bytes) => js::bytes(ctx, bytes),
        None => Ok(Value::new_undefined(ctx.clone())),
    }
}

fn view<R>(value: &Value<'_>, f: impl FnOnce(&[u8]) -> R) -> Result<R> {
    js::with_bytes(value, f).ok_or_else(|| Exception::throw_type(value.ctx(), "expected bytes"))
}

super::natives! {
    Crypto:
    "equal" => equal,
    "hashDigest" => hash_digest,
    "hashOpen" => hash_open,
    "hashUpdate" => hash_update,
    "hashCopy" => hash_copy,
    "hashFinish" => hash_finish,
    "hmac" => hmac,
    "hkdf" => hkdf,
    "aesEcb" => aes_ecb,
    "aesCbc" => aes_cbc,
    "aesPad" => aes_pad,
    "aesUnpad" => aes_unpad,
    "aesCtr" => aes_ctr,
    "aesGcm" => aes_gcm,
    "gcmCrypt" => gcm_crypt,
    "gcmTag" => gcm_tag,
    "aesKw" => aes_kw,
    "chacha" => chacha_poly,
    "ecPublic" => ec_public,
    "ecPoint" => ec_point,
    "ecSign" => ec_sign,
    "ecVerify" => ec_verify,
    "ecShared" => ec_shared,
    "edPublic" => ed_public,
    "edSign" => ed_sign,
    "edVerify" => ed_verify,
    "xPublic" => x_public,
    "xShared" => x_shared,
    "rsaPublic" => rsa_public,
    "rsaPad" => rsa_pad,
    "rsaCheck" => rsa_check,
    "rsaUnpad" => rsa_unpad,
    "hostWork" => host_work,
    "zipOpen" => zip_open,
    "zipPush" => zip_push,
    "zipPull" => zip_pull,
    "zipEnded" => zip_ended,
    "zipRest" => zip_rest,
    "zipClose" => zip_close,
    "crc32" => crc32,
}

fn equal(a: Bytes, b: Bytes) -> bool {
    equal_bytes(&a.0, &b.0)
}

// ---- hashes ----

thread_local! {
    static HASHES: RefCell<(u32, BTreeMap<u32, hash::Hash>)> = const { RefCell::new((0, BTreeMap::new())) };
}

fn keep(hash: hash::Hash) -> u32 {
    HASHES.with_borrow_mut(|(last, table)| {
        *last += 1;
        table.insert(*last, hash);
        *last
    })
}

fn hash_digest<'js>(ctx: Ctx<'js>, name: String, data: Value<'js>) -> Result<Value<'js>> {
    let digest = view(&data, |data| hash::digest(&name, &[data]))?;
    maybe(&ctx, digest)
}

fn hash_open(name: String) -> Option<Vec<u32>> {
    let (hash, block) = hash::open(&name)?;
    let size = hash.output_size() as u32;
    Some(vec![keep(hash), size, block as u32])
}

fn hash_update(handle: u32, data: Value<'_>) -> Result<()> {
    view(&data, |data| {
        HASHES.with_borrow_mut(|(_, table)| {
            if let Some(hash) = table.get_mut(&handle) {
                hash.update(data);
            }
        });
    })
}

fn hash_copy(handle: u32) -> Option<u32> {
    HASHES.with_borrow(|(_, table)| table.get(&handle).map(|hash| hash.box_clone())).map(keep)
}

fn hash_finish<'js>(ctx: Ctx<'js>, handle: u32) -> Result<Value<'js>> {
    let hash = HASHES.with_borrow_mut(|(_, table)| table.remove(&handle));
    maybe(&ctx, hash.map(|hash| hash.finalize().into_vec()))
}

fn hmac<'js>(ctx: Ctx<'js>, name: String, key: Bytes, data: Value<'js>) -> Result<Value<'js>> {
    let code = view(&data, |data| hash::hmac(&name, &key.0, data))?;
    maybe(&ctx, code)
}

fn hkdf<'js>(ctx: Ctx<'js>, name: String, key: Bytes, salt: Bytes, info: Bytes, length: usize) -> Result<Value<'js>> {
    maybe(&ctx, hash::hkdf(&name, &key.0, &salt.0, &info.0, length))
}

// ---- AES and ChaCha20 ----

fn with_aes<'js>(
    ctx: &Ctx<'js>,
    key: &Bytes,
    data: &Value<'js>,
    work: impl FnOnce(&aes::Aes, &[u8]) -> Option<Vec<u8>>,
) -> Result<Value<'js>> {
    let out = view(data, |data| aes::Aes::new(&key.0).and_then(|key| work(&key, data)))?;
    maybe(ctx, out)
}

fn aes_ecb<'js>(ctx: Ctx<'js>, encrypt: bool, key: Bytes, data: Value<'js>) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, |key, data| aes::ecb(key, encrypt, data))
}

fn aes_cbc<'js>(ctx: Ctx<'js>, encrypt: bool, key: Bytes, iv: Bytes, data: Value<'js>) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, |key, data| aes::cbc(key, encrypt, &iv.0, data))
}

fn aes_pad<'js>(ctx: Ctx<'js>, data: Bytes) -> Result<Value<'js>> {
    js::bytes(&ctx, aes::pad(&data.0))
}

fn aes_unpad<'js>(ctx: Ctx<'js>, data: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, aes::unpad(data.0))
}

fn aes_ctr<'js>(ctx: Ctx<'js>, key: Bytes, counter: Bytes, bits: u32, data: Value<'js>) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, |key, data| aes::ctr(key, &counter.0, bits, data))
}

fn aes_gcm<'js>(
    ctx: Ctx<'js>,
    encrypt: bool,
    key: Bytes,
    iv: Bytes,
    additional: Bytes,
    tag: usize,
    data: Value<'js>,
) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, |key, data| {
        let work = if encrypt { aes::gcm_encrypt } else { aes::gcm_decrypt };
        work(key, &iv.0, &additional.0, tag, data)
    })
}

fn gcm_crypt<'js>(ctx: Ctx<'js>, key: Bytes, iv: Bytes, at: u32, data: Value<'js>) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, |key, data| Some(aes::Gcm::new(key, &iv.0)?.crypt(at, data)))
}

fn gcm_tag<'js>(ctx: Ctx<'js>, key: Bytes, iv: Bytes, additional: Bytes, data: Value<'js>) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, |key, data| Some(aes::Gcm::new(key, &iv.0)?.tag(&additional.0, data).to_vec()))
}

fn aes_kw<'js>(ctx: Ctx<'js>, wrap: bool, key: Bytes, data: Value<'js>) -> Result<Value<'js>> {
    with_aes(&ctx, &key, &data, if wrap { aes::wrap } else { aes::unwrap })
}

fn chacha_poly<'js>(
    ctx: Ctx<'js>,
    encrypt: bool,
    key: Bytes,
    nonce: Bytes,
    additional: Bytes,
    data: Value<'js>,
) -> Result<Value<'js>> {
    let work = if encrypt { chacha::encrypt } else { chacha::decrypt };
    let out = view(&data, |data| work(&key.0, &nonce.0, &additional.0, data))?;
    maybe(&ctx, out)
}

// ---- curves ----

fn ec_public<'js>(ctx: Ctx<'js>, curve: String, private: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, ec::public(&curve, &private.0))
}

fn ec_point<'js>(ctx: Ctx<'js>, curve: String, point: Bytes, compress: bool) -> Result<Value<'js>> {
    maybe(&ctx, ec::point(&curve, &point.0, compress))
}

fn ec_sign<'js>(ctx: Ctx<'js>, curve: String, private: Bytes, digest: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, ec::sign(&curve, &private.0, &digest.0))
}

fn ec_verify(curve: String, public: Bytes, digest: Bytes, signature: Bytes) -> bool {
    ec::verify(&curve, &public.0, &digest.0, &signature.0)
}

fn ec_shared<'js>(ctx: Ctx<'js>, curve: String, private: Bytes, public: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, ec::shared(&curve, &private.0, &public.0))
}

fn ed_public<'js>(ctx: Ctx<'js>, private: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, curve25519::ed_public(&private.0))
}

fn ed_sign<'js>(ctx: Ctx<'js>, private: Bytes, message: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, curve25519::ed_sign(&private.0, &message.0))
}

fn ed_verify(public: Bytes, message: Bytes, signature: Bytes) -> bool {
    curve25519::ed_verify(&public.0, &message.0, &signature.0)
}

fn x_public<'js>(ctx: Ctx<'js>, private: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, curve25519::x_public(&private.0))
}

fn x_shared<'js>(ctx: Ctx<'js>, private: Bytes, public: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, curve25519::x_shared(&private.0, &public.0))
}

// ---- RSA ----

fn rsa_public<'js>(ctx: Ctx<'js>, modulus: Bytes, exponent: Bytes, block: Bytes) -> Result<Value<'js>> {
    maybe(&ctx, bignum::power(&block.0, &exponent.0, &modulus.0))
}

/// Names of the hash and of the mask's hash, and the length of the modulus in bits.
struct Scheme {
    hash: String,
    mask: String,
    bits: usize,
}

impl<'js> javy::quickjs::FromJs<'js> for Scheme {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let list = value.into_object().ok_or(javy::quickjs::Error::Unknown)?;
        Ok(Self { hash: list.get(0)?, mask: list.get(1)?, bits: list.get::<_, usize>(2)?.max(1) })
    }
}

/// `extra` is the salt of `pss`, the seed of `oaep`, the filling of `pkcs1`; `label` that of `oaep`.
fn rsa_pad<'js>(
    ctx: Ctx<'js>,
    kind: String,
    scheme: Scheme,
    message: Bytes,
    extra: Bytes,
    label: Bytes,
) -> Result<Value<'js>> {
    let Scheme { hash, mask, bits } = scheme;
    let k = bits.div_ceil(8);
    let (message, extra) = (&message.0, &extra.0);
    let block = match kind.as_str() {
        "sign" => rsa::pkcs1_sign(&hash, message, k),
        "pss" => rsa::pss_sign(&hash, &mask, message, extra, bits),
        "oaep" => rsa::oaep_encrypt(&hash, &mask, &label.0, extra, message, k),
        "pkcs1" => rsa::pkcs1_encrypt(extra, message, k),
        "raw" => rsa::pkcs1_raw_sign(message, k),
        _ => None,
    };
    maybe(&ctx, block)
}

/// Whether a block is the padded digest. A salt length below zero stands for any.
fn rsa_check(kind: String, scheme: Scheme, digest: Bytes, block: Bytes, salt: i32) -> bool {
    let Scheme { hash, mask, bits } = scheme;
    match kind.as_str() {
        "sign" => rsa::pkcs1_verify(&hash, &digest.0, &block.0),
        "pss" => rsa::pss_verify(&hash, &mask, &digest.0, usize::try_from(salt).ok(), bits, &block.0).is_some(),
        _ => false,
    }
}

fn rsa_unpad<'js>(ctx: Ctx<'js>, kind: String, scheme: Scheme, block: Bytes, label: Bytes) -> Result<Value<'js>> {
    let message = match kind.as_str() {
        "oaep" => rsa::oaep_decrypt(&scheme.hash, &scheme.mask, &label.0, &block.0),
        "recover" => rsa::pkcs1_recover(&block.0),
        _ => None,
    };
    maybe(&ctx, message)
}

// ---- the host's part ----

/// Settles with, or returns, `[true, bytes]` or `[false, text]`.
fn host_work<'js>(ctx: Ctx<'js>, kind: String, parameters: Object<'js>, now: bool) -> Result<Value<'js>> {
    let work = work(&ctx, &kind, &parameters)?;
    if now {
        return outcome(&ctx, crypto_now::run(&work));
    }
    let task = async move { host::run(work).await };
    let (promise, _) =
        body::promise(&ctx, task, |ctx, result| outcome(ctx, result).map_err(|error| js::caught(ctx, error).0))?;
    Promise::into_js(promise, &ctx)
}

fn outcome<'js>(ctx: &Ctx<'js>, result: std::result::Result<Vec<u8>, String>) -> Result<Value<'js>> {
    let pair = Array::new(ctx.clone())?;
    pair.set(0, result.is_ok())?;
    match result {
        Ok(bytes) => pair.set(1, js::bytes(ctx, bytes)?)?,
        Err(text) => pair.set(1, text)?,
    }
    pair.into_js(ctx)
}

fn work<'js>(ctx: &Ctx<'js>, kind: &str, parameters: &Object<'js>) -> Result<host::Work> {
    let bytes = |name: &str| parameters.get::<_, Value>(name).and_then(|value| js::copy_bytes(&value));
    let number = |name: &str| parameters.get::<_, f64>(name).map(|number| number as u32);
    Ok(match kind {
        "pbkdf2" => host::Work::Pbkdf2(host::Pbkdf2 {
            hash: parameters.get("hash")?,
            password: bytes("password")?,
            salt: bytes("salt")?,
            iterations: number("iterations")?,
            length: number("length")?,
        }),
        "scrypt" => host::Work::Scrypt(host::Scrypt {
            password: bytes("password")?,
            salt: bytes("salt")?,
            log_cost: number("logCost")?,
            block_size: number("blockSize")?,
            parallelization: number("parallelization")?,
            length: number("length")?,
        }),
        "bcrypt" => host::Work::Bcrypt(host::Bcrypt {
            password: bytes("password")?,
            salt: bytes("salt")?,
            cost: number("cost")?,
        }),
        "argon2" => host::Work::Argon2(host::Argon2 {
            kind: match number("type")? {
                0 => host::Argon2Variant::D,
                1 => host::Argon2Variant::I,
                _ => host::Argon2Variant::Id,
            },
            version: number("version")?,
            password: bytes("password")?,
            salt: bytes("salt")?,
            secret: bytes("secret")?,
            associated_data: bytes("associatedData")?,
            memory: number("memory")?,
            passes: number("passes")?,
            parallelism: number("parallelism")?,
            length: number("length")?,
        }),
        "rsa" => host::Work::RsaPrivate(host::RsaPrivate { key: bytes("key")?, block: bytes("block")? }),
        "rsa-generate" => {
            host::Work::RsaGenerate(host::RsaGenerate { bits: number("bits")?, exponent: number("exponent")? })
        }
        "brotli" => host::Work::Brotli(host::Brotli {
            content: bytes("content")?,
            quality: number("quality")?,
            log_window: number("logWindow")?,
            text: parameters.get("text")?,
        }),
        "brotli-decompress" => host::Work::BrotliDecompress(host::BrotliDecompress {
            content: bytes("content")?,
            most: number("most")?,
            alone: parameters.get("alone")?,
        }),
        _ => return Err(Exception::throw_message(ctx, &format!("`{kind}` is no work of the host"))),
    })
}

// ---- compression ----

enum Zip {
    Deflate(Deflater),
    Inflate(Inflater),
}

thread_local! {
    static STREAMS: RefCell<(u32, BTreeMap<u32, Zip>)> = const { RefCell::new((0, BTreeMap::new())) };
}

fn with_stream<R>(ctx: &Ctx<'_>, handle: u32, f: impl FnOnce(&mut Zip) -> R) -> Result<R> {
    STREAMS
        .with_borrow_mut(|(_, table)| table.get_mut(&handle).map(f))
        .ok_or_else(|| Exception::throw_message(ctx, "the stream is closed"))
}

fn zip_open(inflate: bool, format: String, level: i32, strategy: i32) -> u32 {
    let format = match format.as_str() {
        "gzip" => Format::Gzip,
        "zlib" => Format::Zlib,
        _ => Format::Raw,
    };
    let stream = if inflate {
        Zip::Inflate(Inflater::new(format))
    } else {
        Zip::Deflate(Deflater::new(format, level, strategy))
    };
    STREAMS.with_borrow_mut(|(last, table)| {
        *last += 1;
        table.insert(*last, stream);
        *last
    })
}

fn zip_push(ctx: Ctx<'_>, handle: u32, data: Bytes) -> Result<()> {
    with_stream(&ctx, handle, |stream| match stream {
        Zip::Deflate(stream) => stream.push(&data.0),
        Zip::Inflate(stream) => stream.push(&data.0),
    })
}

/// `flush`: 0 none · 1 sync · 2 full · 3 finish.
fn zip_pull<'js>(ctx: Ctx<'js>, handle: u32, flush: u8) -> Result<Value<'js>> {
    let flush = match flush {
        1 => MZFlush::Sync,
        2 => MZFlush::Full,
        3 => MZFlush::Finish,
        _ => MZFlush::None,
    };
    let part = with_stream(&ctx, handle, |stream| match stream {
        Zip::Deflate(stream) => stream.pull(flush),
        Zip::Inflate(stream) => stream.pull(),
    })?;
    let part = part.map_err(|text| Exception::throw_type(&ctx, text))?;
    let pair = Array::new(ctx.clone())?;
    pair.set(0, part.len() >= zip::PART)?;
    pair.set(1, js::bytes(&ctx, part)?)?;
    pair.into_js(&ctx)
}

fn zip_ended(ctx: Ctx<'_>, handle: u32) -> Result<bool> {
    with_stream(&ctx, handle, |stream| match stream {
        Zip::Deflate(stream) => stream.ended(),
        Zip::Inflate(stream) => stream.ended(),
    })
}

fn zip_rest<'js>(ctx: Ctx<'js>, handle: u32) -> Result<Value<'js>> {
    let rest = with_stream(&ctx, handle, |stream| match stream {
        Zip::Deflate(_) => Vec::new(),
        Zip::Inflate(stream) => stream.rest().to_vec(),
    })?;
    js::bytes(&ctx, rest)
}

fn zip_close(handle: u32) {
    STREAMS.with_borrow_mut(|(_, table)| table.remove(&handle));
}

fn crc32(data: Bytes, before: u32) -> u32 {
    zip::crc32(&data.0, before)
}
