//! A package that is tried: a folder with
//!
//! | File | |
//! |---|---|
//! | `package.toml` | which package it is, and how it is tried: see [`Form`] |
//! | `function.ts` | a function that imports it in an exact version, uses it, and answers JSON |
//! | `expected.json` | what it answers; may hold the placeholders of the harness. Without it the package must fail |
//!
//! An outside that the package talks to is played by this program; its address is the function's variable `UPSTREAM`.

use anyhow::{Context, Result, ensure};
use ramekin_tests::script::Exchange;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One package.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its folder.
    pub folder: String,
    /// Its name in the registry.
    pub package: String,
    /// The version that the function imports.
    pub version: String,
    /// The function.
    pub code: String,
    /// What it answers.
    pub expected: Option<Value>,
    /// How it is tried.
    pub form: Form,
}

/// A `package.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The package.
    pub package: String,
    /// The query of the call.
    #[serde(default)]
    pub query: String,
    /// Variables of the function.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Its `memoryLimitMb`.
    pub memory_limit_mb: Option<u32>,
    /// JSON pointers into its answer, to what is something else at each call.
    #[serde(default)]
    pub differ: Vec<String>,
    /// How it fails, when it cannot work.
    pub fails: Option<Fails>,
    /// What it sends to the outside in one call.
    #[serde(default)]
    pub exchange: Vec<Exchange>,
}

/// A failure that is tolerated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fails {
    /// At which point.
    pub at: Point,
    /// A text in the error.
    pub with: String,
    /// Why it cannot work.
    pub because: String,
}

/// A point at which a package can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Point {
    /// The deploy.
    Deploy,
    /// A call.
    Call,
}

/// All packages in the folder, in the order of their names.
pub fn all(root: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for folder in std::fs::read_dir(root).with_context(|| format!("reading `{}`", root.display()))? {
        let folder = folder?.path();
        entries.push(read(&folder).with_context(|| format!("`{}`", folder.display()))?);
    }
    entries.sort_by(|a, b| (&a.package, &a.folder).cmp(&(&b.package, &b.folder)));
    Ok(entries)
}

fn read(folder: &Path) -> Result<Entry> {
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).with_context(|| name.to_owned());
    let form: Form = toml::from_str(&text("package.toml")?).context("package.toml")?;
    let code = text("function.ts")?;
    let version = imported(&code, &form.package).context("function.ts imports no exact version of the package")?;
    let expected = folder.join("expected.json").exists().then(|| text("expected.json")).transpose()?;
    let expected = expected.map(|text| serde_json::from_str(&text)).transpose().context("expected.json")?;
    ensure!(
        expected.is_some() || form.fails.is_some(),
        "neither expected.json nor `fails` says what becomes of the package"
    );
    if let Some(fails) = &form.fails {
        ensure!(!fails.because.trim().is_empty() && !fails.with.is_empty(), "`fails` says neither how nor why");
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Entry { folder: name, package: form.package.clone(), version, code, expected, form })
}

/// The version of `npm:package@1.2.3` in the code.
fn imported(code: &str, package: &str) -> Option<String> {
    let (_, rest) = code.split_once(&format!("npm:{package}@"))?;
    let version = rest.split(['"', '\'', '/']).next()?;
    let exact = version.split('.').count() >= 3 && version.starts_with(|first: char| first.is_ascii_digit());
    exact.then(|| version.to_owned())
}

impl Entry {
    /// Whether it is asked for by this name.
    pub fn is_called(&self, name: &str) -> bool {
        self.folder == name || self.package == name
    }
}

#[cfg(test)]
mod tests {
    use super::{all, imported};

    #[test]
    fn only_exact_versions_count() {
        let version = |code: &str, package| imported(code, package);
        assert_eq!(version("import x from 'npm:@a/b@1.2.3/c';", "@a/b"), Some("1.2.3".into()));
        assert_eq!(version("import x from \"npm:b@1.2.3-rc.1\";", "b"), Some("1.2.3-rc.1".into()));
        for code in ["import x from 'npm:b@1'", "import x from 'npm:b@^1.2.3'", "import x from 'b'", ""] {
            assert_eq!(version(code, "b"), None, "{code}");
        }
    }

    #[test]
    fn every_folder_can_be_read() {
        let entries = all(&crate::inputs::root().join("tests/npm-bar")).unwrap();
        assert!(entries.len() >= 44, "{}", entries.len());
    }
}
