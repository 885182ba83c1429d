//! The files of a function as they were sent.

use super::Texts;
use ramekin_bundler::{extension_of, probe};
use ramekin_model::{Files, limits};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Files of one function.
pub const MAX_FILES: usize = 1_000;
/// Longest path of one, in bytes.
const MAX_PATH: usize = 512;
/// Names that a function's file has when nothing is said, and no extension.
const ENTRIES: &[&str] = &["index", "main", "mod", "entry", "function"];

/// The files of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The file to begin with.
    pub entry: String,
    /// Texts by path.
    pub files: BTreeMap<String, String>,
}

impl Project {
    /// Of one text.
    pub fn of_one(file_name: String, code: String) -> Self {
        Self { entry: file_name.clone(), files: BTreeMap::from([(file_name, code)]) }
    }

    /// Checks paths and sizes, and finds the entry: the file that is named, else one that is called as such a file is by
    /// custom, else the only one there is.
    ///
    /// # Errors
    /// What is wrong, as the field of a form and a reason.
    pub fn new(name: &str, entry: Option<&str>, texts: BTreeMap<String, String>) -> Result<Self, (String, String)> {
        if texts.is_empty() || texts.len() > MAX_FILES {
            return Err(("files".into(), format!("must be 1 to {MAX_FILES} files")));
        }
        if texts.values().map(String::len).sum::<usize>() > limits::MAX_SOURCE {
            return Err(("files".into(), format!("must be at most {} bytes together", limits::MAX_SOURCE)));
        }
        let mut files = BTreeMap::new();
        for (path, text) in texts {
            let field = || format!("files.{}", path.chars().take(100).collect::<String>());
            if text.contains('\0') {
                return Err((field(), "must not hold a NUL character".into()));
            }
            let plain = path.strip_prefix("./").unwrap_or(&path).to_owned();
            check_path(&plain).map_err(|why| (field(), why))?;
            // The mark of a byte order is no part of a text.
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            files.insert(plain, text);
        }
        let exists = |path: &str| files.contains_key(path);
        let entry = match entry {
            Some(entry) => {
                let path = entry.strip_prefix("./").unwrap_or(entry);
                exists(path)
                    .then(|| path.to_owned())
                    .ok_or_else(|| ("entry".to_owned(), "must be the path of one of the files".to_owned()))?
            }
            None => found_entry(name, &files)?,
        };
        Ok(Self { entry, files })
    }

    /// As it is stored.
    pub fn stored(&self) -> Files {
        Files { entry: self.entry.clone(), texts: self.files.clone() }
    }

    /// The text of the entry.
    pub fn code(&self) -> &str {
        self.files.get(&self.entry).map_or("", String::as_str)
    }
}

/// The file that is called as a function's file is by custom: as the function, or `index` and the like.
pub fn entry_by_custom(name: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let code = |path: &str| is_code(path) && exists(path);
    std::iter::once(&name).chain(ENTRIES).find_map(|stem| probe(stem, code))
}

fn is_code(path: &str) -> bool {
    matches!(extension_of(path), "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs")
}

fn found_entry(name: &str, files: &BTreeMap<String, String>) -> Result<String, (String, String)> {
    if let Some(found) = entry_by_custom(name, |path| files.contains_key(path)) {
        return Ok(found);
    }
    let source = |path: &&String| is_code(path);
    let mut sources = files.keys().filter(source);
    match (sources.next(), sources.next()) {
        (Some(only), None) => Ok(only.clone()),
        _ => Err(("entry".into(), format!("is required: there is neither `index.ts` nor `{name}.ts` among the files"))),
    }
}

impl Texts for Project {
    fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.files.get(path).map(|text| Cow::Borrowed(text.as_str()))
    }

    fn paths(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    fn is_one(&self) -> bool {
        self.files.len() == 1
    }
}

/// A path that is the same everywhere and leads nowhere else.
fn check_path(path: &str) -> Result<(), String> {
    if path.len() > MAX_PATH {
        return Err(format!("the path must be at most {MAX_PATH} bytes"));
    }
    let odd = |character: char| character.is_control() || matches!(character, '\\' | ':' | '?' | '#' | '*');
    if path.contains(odd) {
        return Err("the path must hold none of \\ : ? # * and no control character".into());
    }
    if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("the path must be relative, such as `lib/a.ts`, and lead nowhere else".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> Result<Project, (String, String)> {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Project::new("hello", None, texts)
    }

    #[test]
    fn the_entry_is_found() {
        let entry = |paths: &[&str]| {
            let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "x")).collect();
            project(&files).map(|project| project.entry)
        };
        assert_eq!(entry(&["a.ts", "hello.ts", "index.ts"]).unwrap(), "hello.ts");
        assert_eq!(entry(&["a.ts", "index.js"]).unwrap(), "index.js");
        assert_eq!(entry(&["a.ts", "index.json", "main.tsx"]).unwrap(), "main.tsx");
        assert_eq!(entry(&["only.ts", "package.json"]).unwrap(), "only.ts");
        assert_eq!(entry(&["./only.ts"]).unwrap(), "only.ts");
        assert_eq!(entry(&["a.ts", "b.ts"]).unwrap_err().0, "entry");
        let named = |entry: &str| {
            Project::new("hello", Some(entry), [("a.ts".to_owned(), String::new())].into()).map(|project| project.entry)
        };
        assert_eq!(named("./a.ts").unwrap(), "a.ts");
        assert_eq!(named("b.ts").unwrap_err().0, "entry");
    }

    #[test]
    fn paths_lead_nowhere_else() {
        for bad in ["/a.ts", "../a.ts", "a/../b.ts", "a//b.ts", "a\\b.ts", "C:a.ts", "", "a/", "a\nb", &"a".repeat(513)]
        {
            let (field, _) = project(&[(bad, "x"), ("index.ts", "x")]).unwrap_err();
            assert!(field.starts_with("files."), "{bad}: {field}");
        }
        assert!(project(&[("index.ts", "x"), ("a b/ä.ts", "x"), ("[id].ts", "x"), (&"a".repeat(512), "")]).is_ok());
    }

    #[test]
    fn sizes_on_and_past_their_limits() {
        let long = "x".repeat(limits::MAX_SOURCE);
        assert!(project(&[("index.ts", &long)]).is_ok());
        assert!(project(&[("index.ts", &long), ("a.ts", "x")]).is_err());
        let many = |count: usize| {
            let texts = (0..count).map(|n| (format!("f{n}.ts"), String::new())).collect();
            Project::new("f0", None, texts)
        };
        assert!(many(MAX_FILES).is_ok() && many(MAX_FILES + 1).is_err() && many(0).is_err());
    }
}
