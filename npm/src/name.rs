//! Names and versions of packages as they may stand in a path.

use crate::error::Cause;

/// A name that is safe in a path and an address: `name` or `@scope/name`.
pub(crate) fn check_name(name: &str) -> Result<(), Cause> {
    let parts: Vec<&str> = match name.strip_prefix('@') {
        Some(scoped) => scoped.splitn(2, '/').collect(),
        None => vec![name],
    };
    let expected = if name.starts_with('@') { 2 } else { 1 };
    let sound = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'!'))
    };
    if name.len() <= 214 && parts.len() == expected && parts.iter().all(sound) {
        return Ok(());
    }
    Err(Cause::Name(name.chars().take(100).collect()))
}

/// A version that is one, and safe in a path.
pub(crate) fn check_version(version: &str) -> Result<(), Cause> {
    let plain = version.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'+'));
    if plain && version.len() <= 256 && nodejs_semver::Version::parse(version).is_ok() {
        return Ok(());
    }
    Err(Cause::Name(version.chars().take(100).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["zod", "@a/b", "lodash.get", "JSONStream", "a_b-c~d"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "..", ".a", "@a", "@/b", "a/b", "@a/../b", "a b", "a\\b", "@a/b/c", "é", &"a".repeat(215)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions() {
        for good in ["1.2.3", "1.0.0-beta.1+build"] {
            assert!(check_version(good).is_ok(), "{good}");
        }
        for bad in ["", "1", "../1.2.3", "1.2.3/..", "latest"] {
            assert!(check_version(bad).is_err(), "{bad}");
        }
    }
}
