//! The pieces of work: what each may cost, and doing it.

use super::{brotli, rsa};
use crate::bindings::ramekin::function::crypto::{Argon2, Argon2Variant, Bcrypt, Pbkdf2, RsaPrivate, Scrypt, Work};
use ramekin_model::limits;
use std::num::NonZeroU32;

const MIB: u64 = 1024 * 1024;

/// What the result of a hash is long, by its name in the contract.
fn pbkdf2_hash(name: &str) -> Option<(aws_lc_rs::pbkdf2::Algorithm, u32)> {
    use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};
    Some(match name {
        "sha1" => (PBKDF2_HMAC_SHA1, 20),
        "sha256" => (PBKDF2_HMAC_SHA256, 32),
        "sha384" => (PBKDF2_HMAC_SHA384, 48),
        "sha512" => (PBKDF2_HMAC_SHA512, 64),
        _ => return None,
    })
}

/// Whether the work is within the limits; the error is for the author of the function.
pub fn check(work: &Work) -> Result<(), String> {
    match work {
        Work::Pbkdf2(work) => check_pbkdf2(work),
        Work::Scrypt(work) => check_scrypt(work),
        Work::Bcrypt(work) => check_bcrypt(work),
        Work::Argon2(work) => check_argon2(work),
        Work::RsaPrivate(work) => {
            at_most("RSA: the modulus", work.block.len() as u64 * 8, limits::MAX_RSA_BITS.into(), "bits")
        }
        Work::RsaGenerate(work) => {
            within("RSA: the modulus", work.bits, 1024, limits::MAX_GENERATED_RSA_BITS, "bits")?;
            if !work.bits.is_multiple_of(128) {
                return Err("RSA: the length of the modulus must be a multiple of 128".into());
            }
            if work.exponent < 3 || work.exponent.is_multiple_of(2) {
                return Err("RSA: the public exponent must be odd, and at least 3".into());
            }
            Ok(())
        }
        Work::Brotli(work) => {
            within("Brotli: the quality", work.quality, 0, 11, "steps")?;
            within("Brotli: the window", work.log_window, 10, 24, "bits")?;
            let most = if work.quality < 10 { limits::MAX_BROTLI_CONTENT } else { limits::MAX_BROTLI_BEST };
            at_most("Brotli: the content", work.content.len() as u64, most as u64, "bytes for this quality")
        }
        Work::BrotliDecompress(_) => Ok(()),
    }
}

fn at_most(what: &str, is: u64, most: u64, unit: &str) -> Result<(), String> {
    if is <= most { Ok(()) } else { Err(format!("{what} has {is} {unit}, but at most {most} are allowed")) }
}

fn within(what: &str, is: u32, least: u32, most: u32, unit: &str) -> Result<(), String> {
    if is < least {
        return Err(format!("{what} has {is} {unit}, but must have at least {least}"));
    }
    at_most(what, is.into(), most.into(), unit)
}

fn check_length(what: &str, length: u32) -> Result<(), String> {
    within(&format!("{what}: the result"), length, 1, limits::MAX_DERIVED_KEY, "bytes")
}

fn check_pbkdf2(work: &Pbkdf2) -> Result<(), String> {
    check_length("PBKDF2", work.length)?;
    let Some((_, size)) = pbkdf2_hash(&work.hash) else {
        return Err(format!("PBKDF2 is not available with the hash `{}`", work.hash));
    };
    if work.iterations == 0 {
        return Err("PBKDF2: there must be at least 1 iteration".into());
    }
    let rounds = u64::from(work.iterations) * u64::from(work.length.div_ceil(size));
    at_most("PBKDF2", rounds, limits::MAX_PBKDF2_ROUNDS, "rounds (iterations times blocks of the result)")
}

/// The memory of a derivation and what it goes over in all, in bytes.
fn check_memory(what: &str, memory: u64, times: u64) -> Result<(), String> {
    at_most(&format!("{what}: the memory"), memory, limits::MAX_DERIVATION_MB * MIB, "bytes")?;
    let all = memory.saturating_mul(times);
    at_most(&format!("{what}: memory times passes"), all, limits::MAX_DERIVATION_WORK_MB * MIB, "bytes")
}

fn check_scrypt(work: &Scrypt) -> Result<(), String> {
    check_length("scrypt", work.length)?;
    if work.log_cost == 0 || work.log_cost > 30 || work.block_size == 0 || work.parallelization == 0 {
        return Err("scrypt: the cost must be a power of two above 1, block size and parallelization at least 1".into());
    }
    let memory = (128_u64 << work.log_cost).saturating_mul(work.block_size.into());
    check_memory("scrypt", memory, work.parallelization.into())
}

fn check_bcrypt(work: &Bcrypt) -> Result<(), String> {
    if !(4..=limits::MAX_BCRYPT_COST).contains(&work.cost) {
        return Err(format!("bcrypt: the cost is {}, but must be from 4 to {}", work.cost, limits::MAX_BCRYPT_COST));
    }
    if !(1..=72).contains(&work.password.len()) || work.salt.len() != 16 {
        return Err("bcrypt: the password must have at most 72 bytes, the salt 16".into());
    }
    Ok(())
}

fn check_argon2(work: &Argon2) -> Result<(), String> {
    check_length("Argon2", work.length)?;
    within("Argon2", work.parallelism, 1, limits::MAX_ARGON2_LANES, "lanes")?;
    check_memory("Argon2", u64::from(work.memory) * 1024, work.passes.into())?;
    argon2_of(work).map(|_| ())
}

fn argon2_of(work: &Argon2) -> Result<argon2::Argon2<'_>, String> {
    let variant = match work.kind {
        Argon2Variant::D => argon2::Algorithm::Argon2d,
        Argon2Variant::I => argon2::Algorithm::Argon2i,
        Argon2Variant::Id => argon2::Algorithm::Argon2id,
    };
    let text = |error: argon2::Error| format!("Argon2: {error}");
    let version = argon2::Version::try_from(work.version).map_err(text)?;
    let mut parameters = argon2::ParamsBuilder::new();
    parameters.m_cost(work.memory).t_cost(work.passes).p_cost(work.parallelism).output_len(work.length as usize);
    if !work.associated_data.is_empty() {
        parameters.data(argon2::AssociatedData::new(&work.associated_data).map_err(text)?);
    }
    let parameters = parameters.build().map_err(text)?;
    if work.secret.is_empty() {
        return Ok(argon2::Argon2::new(variant, version, parameters));
    }
    argon2::Argon2::new_with_secret(&work.secret, variant, version, parameters).map_err(text)
}

/// The work, with a result that has no more bytes than `memory`: a few bytes of Brotli stand for any number of them.
pub fn within_memory(mut work: Work, memory: usize) -> Work {
    if let Work::BrotliDecompress(work) = &mut work {
        work.most = work.most.min(u32::try_from(memory).unwrap_or(u32::MAX));
    }
    work
}

/// Does work that was checked.
pub fn perform(work: Work) -> Result<Vec<u8>, String> {
    match work {
        Work::Pbkdf2(work) => {
            let (Some((hash, _)), Some(iterations)) = (pbkdf2_hash(&work.hash), NonZeroU32::new(work.iterations))
            else {
                return Err("PBKDF2: the parameters do not fit".into());
            };
            let mut out = vec![0; work.length as usize];
            aws_lc_rs::pbkdf2::derive(hash, iterations, &work.salt, &work.password, &mut out);
            Ok(out)
        }
        Work::Scrypt(work) => {
            let cost = u8::try_from(work.log_cost).unwrap_or(u8::MAX);
            let parameters = scrypt::Params::new(cost, work.block_size, work.parallelization, 32)
                .map_err(|error| format!("scrypt: {error}"))?;
            let mut out = vec![0; work.length as usize];
            scrypt::scrypt(&work.password, &work.salt, &parameters, &mut out)
                .map_err(|error| format!("scrypt: {error}"))?;
            Ok(out)
        }
        Work::Bcrypt(work) => {
            let salt = work.salt.try_into().map_err(|_| "bcrypt: the salt must have 16 bytes")?;
            let result = bcrypt::bcrypt(work.cost, salt, &work.password);
            Ok(result.into_iter().take(23).collect())
        }
        Work::Argon2(work) => {
            let mut out = vec![0; work.length as usize];
            argon2_of(&work)?
                .hash_password_into(&work.password, &work.salt, &mut out)
                .map_err(|error| format!("Argon2: {error}"))?;
            Ok(out)
        }
        Work::RsaPrivate(RsaPrivate { key, block }) => rsa::private(&key, &block),
        Work::RsaGenerate(work) => rsa::generate(work.bits, work.exponent),
        Work::Brotli(work) => brotli::compress(&work),
        Work::BrotliDecompress(work) => brotli::decompress(&work),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bindings::ramekin::function::crypto::{Brotli, RsaGenerate};

    pub(in super::super) fn pbkdf2(iterations: u32, length: u32) -> Work {
        let (password, salt) = (b"password".to_vec(), b"salt".to_vec());
        Work::Pbkdf2(Pbkdf2 { hash: "sha256".into(), password, salt, iterations, length })
    }

    fn scrypt(log_cost: u32, block_size: u32, parallelization: u32) -> Work {
        let (password, salt) = (b"password".to_vec(), b"NaCl".to_vec());
        Work::Scrypt(Scrypt { password, salt, log_cost, block_size, parallelization, length: 64 })
    }

    fn bcrypt(cost: u32, password: &[u8]) -> Work {
        Work::Bcrypt(Bcrypt { password: password.to_vec(), salt: vec![7; 16], cost })
    }

    fn argon2(memory: u32, passes: u32, parallelism: u32) -> Work {
        Work::Argon2(Argon2 {
            kind: Argon2Variant::Id,
            version: 0x13,
            password: vec![1; 32],
            salt: vec![2; 16],
            secret: vec![3; 8],
            associated_data: vec![4; 12],
            memory,
            passes,
            parallelism,
            length: 32,
        })
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_bounded(allowed: &Work, one_past: &Work) {
        assert_eq!(check(allowed), Ok(()));
        assert!(check(one_past).is_err());
    }

    #[test]
    fn every_limit_holds_and_one_past_it_does_not() {
        let rounds = u32::try_from(limits::MAX_PBKDF2_ROUNDS).unwrap();
        is_bounded(&pbkdf2(rounds, 32), &pbkdf2(rounds + 1, 32));
        is_bounded(&pbkdf2(rounds / 2, 64), &pbkdf2(rounds / 2, 65));
        is_bounded(&pbkdf2(1, limits::MAX_DERIVED_KEY), &pbkdf2(1, limits::MAX_DERIVED_KEY + 1));
        is_bounded(&pbkdf2(1, 1), &pbkdf2(0, 1));
        is_bounded(&pbkdf2(1, 1), &pbkdf2(1, 0));
        // 128 MiB are 2^17 times 8 blocks of 128 bytes.
        is_bounded(&scrypt(17, 8, 1), &scrypt(17, 9, 1));
        is_bounded(&scrypt(17, 8, 8), &scrypt(17, 8, 9));
        is_bounded(&scrypt(1, 1, 1), &scrypt(0, 1, 1));
        is_bounded(&bcrypt(limits::MAX_BCRYPT_COST, b"x\0"), &bcrypt(limits::MAX_BCRYPT_COST + 1, b"x\0"));
        is_bounded(&bcrypt(4, b"\0"), &bcrypt(3, b"\0"));
        is_bounded(&bcrypt(4, &[1; 72]), &bcrypt(4, &[1; 73]));
        is_bounded(&bcrypt(4, &[1; 1]), &bcrypt(4, &[]));
        let memory = u32::try_from(limits::MAX_DERIVATION_MB * 1024).unwrap();
        is_bounded(&argon2(memory, 8, 1), &argon2(memory + 1, 1, 1));
        is_bounded(&argon2(memory, 8, 1), &argon2(memory, 9, 1));
        is_bounded(&argon2(1024, 1, limits::MAX_ARGON2_LANES), &argon2(1024, 1, limits::MAX_ARGON2_LANES + 1));
        let block = |bytes: u32| Work::RsaPrivate(RsaPrivate { key: vec![], block: vec![0; bytes as usize] });
        is_bounded(&block(limits::MAX_RSA_BITS / 8), &block(limits::MAX_RSA_BITS / 8 + 1));
        let generate = |bits, exponent| Work::RsaGenerate(RsaGenerate { bits, exponent });
        let most = limits::MAX_GENERATED_RSA_BITS;
        is_bounded(&generate(most, 65_537), &generate(most + 128, 65_537));
        is_bounded(&generate(1024, 3), &generate(896, 3));
        is_bounded(&generate(2048, 3), &generate(2049, 3));
        is_bounded(&generate(2048, 3), &generate(2048, 4));
        is_bounded(&generate(2048, 3), &generate(2048, 1));
        let brotli = |size, quality, log_window| {
            Work::Brotli(Brotli { content: vec![0; size], quality, log_window, text: false })
        };
        is_bounded(&brotli(limits::MAX_BROTLI_CONTENT, 9, 24), &brotli(limits::MAX_BROTLI_CONTENT + 1, 9, 24));
        is_bounded(&brotli(limits::MAX_BROTLI_BEST, 10, 24), &brotli(limits::MAX_BROTLI_BEST + 1, 10, 24));
        is_bounded(&brotli(0, 11, 10), &brotli(0, 12, 10));
        is_bounded(&brotli(0, 0, 10), &brotli(0, 0, 9));
        is_bounded(&brotli(0, 0, 24), &brotli(0, 0, 25));
    }

    #[test]
    fn derivations_give_what_their_standards_say() {
        // RFC 7914, section 11.
        let nacl = |iterations| {
            let (password, salt) = (b"Password".to_vec(), b"NaCl".to_vec());
            perform(Work::Pbkdf2(Pbkdf2 { hash: "sha256".into(), password, salt, iterations, length: 64 })).unwrap()
        };
        assert_eq!(
            hex(&nacl(80_000)),
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
             a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
        );
        assert_eq!(
            hex(&perform(scrypt(10, 8, 16)).unwrap()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
             2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        );
        // RFC 9106, section 5.3.
        let mut work = argon2(32, 3, 4);
        if let Work::Argon2(work) = &mut work {
            work.password = vec![1; 32];
        }
        assert_eq!(hex(&perform(work).unwrap()), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
        // $2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe, of jBCrypt's tests.
        let salt = vec![0xa3, 0x61, 0x2d, 0x8c, 0x9a, 0x37, 0xda, 0xc2, 0xf9, 0x9d, 0x94, 0xda, 3, 0xbd, 0x45, 0x21];
        let work = Work::Bcrypt(Bcrypt { password: b"a\0".to_vec(), salt, cost: 6 });
        assert_eq!(hex(&perform(work).unwrap()), "e6d53831f82060dc08a2e8489ce850ce48fbf976978738");
    }

    #[test]
    fn errors_tell_nothing_of_what_they_are_about() {
        let secret = "hunter2";
        let key = secret.as_bytes().to_vec();
        let error = perform(Work::RsaPrivate(RsaPrivate { key, block: vec![0; 256] })).unwrap_err();
        assert!(!error.contains(secret) && !error.is_empty(), "{error}");
    }
}
