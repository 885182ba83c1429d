//! What a registry says of a package, cut down to what is needed, and kept on disk for a while: then a deploy asks nobody,
//! and one that cannot ask takes what it was told before.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most versions of one package that are looked at: more than any package has.
const MAX_VERSIONS: usize = 20_000;

/// A package with all its versions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Metadata {
    /// Versions by tag.
    #[serde(rename = "dist-tags", default, deserialize_with = "texts")]
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) versions: BTreeMap<String, Version>,
}

/// One version.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Version {
    #[serde(default, deserialize_with = "texts", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) dependencies: BTreeMap<String, String>,
    #[serde(
        rename = "optionalDependencies",
        default,
        deserialize_with = "texts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) optional: BTreeMap<String, String>,
    #[serde(
        rename = "peerDependencies",
        default,
        deserialize_with = "texts",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub(crate) peers: BTreeMap<String, String>,
    #[serde(rename = "peerDependenciesMeta", default, skip_serializing_if = "is_nothing")]
    pub(crate) peers_meta: Value,
    #[serde(default, deserialize_with = "is_said", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) deprecated: bool,
    #[serde(default)]
    pub(crate) dist: Dist,
}

/// Where a version is, and what it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Dist {
    #[serde(default)]
    pub(crate) tarball: Option<String>,
    #[serde(default)]
    pub(crate) integrity: Option<String>,
}

impl Metadata {
    pub(crate) fn read(text: &[u8]) -> Result<Self, String> {
        let metadata: Self =
            serde_json::from_slice(text).map_err(|error| format!("its answer is not readable: {error}"))?;
        if metadata.versions.len() > MAX_VERSIONS {
            return Err(format!("it names more than {MAX_VERSIONS} versions"));
        }
        Ok(metadata)
    }
}

impl Version {
    /// Peers that it does without.
    pub(crate) fn optional_peers(&self) -> BTreeSet<&str> {
        let Value::Object(meta) = &self.peers_meta else { return BTreeSet::new() };
        let optional = |one: &Value| one.get("optional").and_then(Value::as_bool).unwrap_or_default();
        meta.iter().filter(|(_, one)| optional(one)).map(|(name, _)| name.as_str()).collect()
    }
}

/// A map of texts; what is none is left out, for registries have all sorts of things from long ago.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let Value::Object(map) = Value::deserialize(deserializer)? else { return Ok(BTreeMap::new()) };
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    };
    Ok(map.into_iter().filter_map(text).collect())
}

/// Deprecated is a version with a reason, or one that says so; an empty reason takes it back.
fn is_said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(said) => said,
        Value::String(text) => !text.is_empty(),
        _ => false,
    })
}

fn is_nothing(value: &Value) -> bool {
    value.is_null()
}
