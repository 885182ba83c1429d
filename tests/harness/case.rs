//! Cases: folders `tests/cases/<area>/<case>/` with a `case.toml` and, mostly, a `function.ts`. [`form`] says what a
//! `case.toml` may hold, [`Case::run`] what becomes of it.

mod expect;
pub mod form;
mod run;

pub use run::World;

use crate::{Context as _, Result, ensure, repository};
use form::Form;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    /// `area/case`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its `case.toml`, with placeholders.
    raw: toml::Table,
}

impl Case {
    /// Why the case does not pass yet.
    pub fn known_failure(&self) -> Option<&str> {
        self.raw.get("known_failure").and_then(toml::Value::as_str)
    }

    /// Environment variables of the server that the case asks for; none when any server will do.
    pub fn settings(&self) -> Vec<(String, String)> {
        let settings = self.raw.get("settings").and_then(toml::Value::as_table).into_iter().flatten();
        settings.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    }
}

/// Where cases are.
pub fn root() -> PathBuf {
    repository().join("tests/cases")
}

/// Reads all cases. Every one of them is checked as far as that goes without a server.
///
/// # Errors
/// Names the case that cannot be read.
pub fn collect() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for area in folders(&root())? {
        for folder in folders(&area)? {
            let name = format!("{}/{}", file_name(&area), file_name(&folder));
            cases.push(read(&folder, name.clone()).with_context(|| name)?);
        }
    }
    Ok(cases)
}

fn read(folder: &Path, name: String) -> Result<Case> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'/';
    ensure!(name.bytes().all(plain), "a case's folders are named with a-z, 0-9 and `-`");
    let text = std::fs::read_to_string(folder.join("case.toml")).context("reading case.toml")?;
    let raw: toml::Table = toml::from_str(&text)?;
    let case = Case { name, folder: folder.to_owned(), raw };
    case.form(&std::collections::BTreeMap::new())?.check()?;
    Ok(case)
}

/// What is wrong with the folders: files that no case uses, examples without a case, cases in the wrong place.
///
/// # Errors
/// When the folders cannot be read.
pub fn orphans(cases: &[Case]) -> Result<Vec<String>> {
    let mut used: BTreeSet<PathBuf> = BTreeSet::new();
    for case in cases {
        used.insert(case.folder.join("case.toml"));
        for source in case.form(&std::collections::BTreeMap::new())?.sources(&case.folder) {
            let source =
                std::fs::canonicalize(&source).with_context(|| format!("{}: {}", case.name, source.display()))?;
            if source.is_dir() {
                used.extend(files(&source)?);
            }
            used.insert(source);
        }
    }
    let mut present = files(&root())?;
    let examples = files(&repository().join("examples"))?;
    present.extend(examples.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "ts")));
    Ok(present
        .iter()
        .filter(|path| !used.contains(*path))
        .map(|path| format!("{} belongs to no case", path.display()))
        .collect())
}

fn folders(below: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(below).with_context(|| format!("reading `{}`", below.display()))?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// All files below a folder.
///
/// # Errors
/// When it cannot be read.
pub fn files(below: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(below).with_context(|| format!("reading `{}`", below.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(std::fs::canonicalize(path)?);
        }
    }
    Ok(found)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Case {
    /// The form with these values in place of `{names}`.
    fn form(&self, values: &std::collections::BTreeMap<String, String>) -> Result<Form> {
        let mut raw = toml::Value::Table(self.raw.clone());
        form::fill(&mut raw, values);
        Ok(raw.try_into()?)
    }

    /// The name of its function.
    pub fn function(&self) -> String {
        self.name.replace('/', "-")
    }
}
