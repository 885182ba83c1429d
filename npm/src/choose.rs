//! Which version of a package is meant.

use crate::error::Cause;
use crate::metadata::Metadata;
use nodejs_semver::{Range, Version};

/// Whether a version is in a range. A tag holds none.
pub(crate) fn satisfies(version: &str, range: &str) -> bool {
    let range = if range.trim().is_empty() { "*" } else { range };
    match (Version::parse(version), Range::parse(range)) {
        (Ok(version), Ok(range)) => version.satisfies(&range),
        _ => false,
    }
}

/// The version that npm would take: the one with the tag; else the latest, if it is in the range; else the highest in the
/// range, preferring those that are not deprecated.
pub(crate) fn choose(name: &str, range: &str, metadata: &Metadata) -> Result<String, Cause> {
    let range = range.trim();
    let latest = metadata.tags.get("latest");
    let tag = if range.is_empty() { "latest" } else { range };
    let there = |version: &&String| metadata.versions.contains_key(*version);
    if let Some(version) = metadata.tags.get(tag).filter(there) {
        return Ok(version.clone());
    }
    if let Some(version) = latest.filter(there).filter(|version| satisfies(version, range)) {
        return Ok(version.clone());
    }
    let wanted = Range::parse(if range.is_empty() { "*" } else { range }).ok();
    let parsed = |text: &String| Version::parse(text).ok();
    let inside = wanted.iter().flat_map(|range| {
        metadata.versions.iter().filter_map(move |(text, version)| {
            let parsed = parsed(text)?;
            parsed.satisfies(range).then_some((!version.deprecated, parsed, text))
        })
    });
    let best =
        inside.max_by(|(one_sound, one, _), (other_sound, other, _)| (one_sound, one).cmp(&(other_sound, other)));
    match best {
        Some((_, _, text)) => Ok(text.clone()),
        None => Err(Cause::NoVersion {
            name: name.to_owned(),
            range: range.chars().take(100).collect(),
            latest: latest.map_or_else(|| "not named".to_owned(), |latest| format!("`{latest}`")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(versions: &[&str], latest: &str, deprecated: &[&str]) -> Metadata {
        let version = |&text: &&str| {
            let deprecated = deprecated.contains(&text);
            (text.to_owned(), crate::metadata::Version { deprecated, ..Default::default() })
        };
        let tags = [("latest", latest), ("next", "2.0.0-rc.1")];
        Metadata {
            tags: tags.map(|(tag, version)| (tag.to_owned(), version.to_owned())).into(),
            versions: versions.iter().map(version).collect(),
        }
    }

    #[test]
    fn as_npm_chooses() {
        let all = ["1.0.0", "1.2.0", "1.10.0", "1.11.0", "2.0.0-rc.1", "3.0.0"];
        let metadata = metadata(&all, "1.10.0", &["1.11.0"]);
        let chosen = |range: &str| choose("x", range, &metadata).unwrap();
        assert_eq!(chosen(""), "1.10.0", "the latest");
        assert_eq!(chosen("^1"), "1.10.0", "the latest, if it is inside");
        assert_eq!(chosen("~1.2"), "1.2.0");
        assert_eq!(chosen("1.11"), "1.11.0", "deprecated rather than none");
        assert_eq!(chosen("next"), "2.0.0-rc.1");
        assert_eq!(chosen(">=2"), "3.0.0");
        assert_eq!(chosen("1.0.0 || 1.2.0"), "1.2.0");
        let error = choose("x", "^9", &metadata).unwrap_err().to_string();
        assert_eq!(error, "no version of `x` is `^9`; the latest is `1.10.0`");
        assert!(choose("x", "no such tag", &metadata).is_err());
    }

    #[test]
    fn ranges() {
        assert!(satisfies("4.1.0", "^4") && satisfies("1.0.0", "") && satisfies("1.0.0", "*"));
        assert!(!satisfies("5.0.0", "^4") && !satisfies("1.0.0", "latest") && !satisfies("x", "*"));
    }
}
