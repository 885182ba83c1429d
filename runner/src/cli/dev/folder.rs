//! The folder that `ramekin dev` serves: which files are functions, and which have changed.

use ramekin_model::FunctionName;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Names of files that hold a function, by their end.
const EXTENSIONS: &[&str] = &["ts", "js", "mts", "mjs"];
/// Names of files that look like one and are none.
const NOT_FUNCTIONS: &[&str] = &[".d.ts", ".d.mts", ".test.", ".spec."];
/// Name of the file with the tables.
pub const SCHEMA_FILE: &str = "_schema.json";

/// When a file was written and how long it is; `None` when it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// A file with a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionFile {
    /// Its source.
    pub source: PathBuf,
    /// Its settings, which need not be there.
    pub settings: PathBuf,
    stamps: [Stamp; 3],
    /// Of files that it imports, as far as it says so now.
    imported: BTreeMap<PathBuf, Stamp>,
}

impl FunctionFile {
    /// Looks at what it imports too, from now on.
    pub fn follow(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.imported = paths.into_iter().map(|path| (path.clone(), stamp(&path))).collect();
    }

    /// Looks at the files again that an earlier look has followed.
    pub fn as_before(&mut self, before: &Self) {
        self.follow(before.imported.keys().cloned());
    }
}

/// What a folder holds at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its functions by name.
    pub functions: BTreeMap<FunctionName, FunctionFile>,
    /// Files that cannot be functions, and why.
    pub refused: BTreeMap<PathBuf, String>,
    /// Its tables.
    pub schema: Stamp,
}

/// Variables for all functions of a folder.
pub fn dotenv_path(dir: &Path) -> PathBuf {
    dir.join(".env")
}

/// Tables of the folder's app.
pub fn schema_path(dir: &Path) -> PathBuf {
    dir.join(SCHEMA_FILE)
}

impl Folder {
    /// Looks at the files, not into them.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn scan(dir: &Path) -> io::Result<Self> {
        let mut folder = Self { schema: stamp(&schema_path(dir)), ..Self::default() };
        let variables = stamp(&dotenv_path(dir));
        let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for source in paths {
            let Some(stem) = function_stem(&source) else { continue };
            let name: FunctionName = match stem.parse() {
                Ok(name) => name,
                Err(error) => {
                    let text = format!("`{stem}` is no name for a function: {error}");
                    folder.refused.insert(source, text);
                    continue;
                }
            };
            let written = stamp(&source);
            if written.is_none() || source.is_dir() {
                continue;
            }
            if let Some(other) = folder.functions.get(&name) {
                let other = other.source.file_name().unwrap_or_default().display();
                let text = format!("`{other}` is the function `{name}` already");
                folder.refused.insert(source, text);
                continue;
            }
            let settings = dir.join(format!("{name}.json"));
            let stamps = [written, stamp(&settings), variables];
            folder.functions.insert(name, FunctionFile { source, settings, stamps, imported: BTreeMap::new() });
        }
        Ok(folder)
    }
}

fn function_stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let function = EXTENSIONS.contains(&extension)
        && !name.starts_with(['_', '.'])
        && !NOT_FUNCTIONS.iter().any(|part| name.contains(part));
    function.then_some(stem)
}

fn stamp(path: &Path) -> Stamp {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn functions_are_files_of_the_folder_itself() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "hello.ts",
            "old.js",
            "a.mts",
            "b.mjs",
            "hello.js",
            "two words.ts",
            "_shared.ts",
            ".hidden.ts",
            "types.d.ts",
            "hello.test.ts",
            "hello.json",
            "package.json",
            "README.md",
            "noextension",
            ".env",
        ] {
            fs::write(dir.path().join(file), "x").unwrap();
        }
        fs::create_dir(dir.path().join("folder.ts")).unwrap();
        let folder = Folder::scan(dir.path()).unwrap();
        let names: Vec<&str> = folder.functions.keys().map(FunctionName::as_str).collect();
        assert_eq!(names, ["a", "b", "hello", "old"]);
        let refused: Vec<_> = folder.refused.keys().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(refused, ["hello.ts", "two words.ts"]);
    }

    #[test]
    fn a_change_to_what_is_imported_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let shared = dir.path().join("_shared.ts");
        fs::write(dir.path().join("hello.ts"), "1").unwrap();
        fs::write(&shared, "1").unwrap();
        let mut before = Folder::scan(dir.path()).unwrap();
        before.functions.values_mut().for_each(|file| file.follow([shared.clone()]));
        let again = || {
            let mut now = Folder::scan(dir.path()).unwrap();
            now.functions.iter_mut().for_each(|(name, file)| file.as_before(&before.functions[name]));
            now
        };
        assert_eq!(again(), before);
        fs::write(&shared, "12").unwrap();
        assert_ne!(again(), before);
        fs::remove_file(&shared).unwrap();
        assert_ne!(again(), before);
    }

    #[test]
    fn a_change_to_source_settings_variables_or_tables_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("hello.ts"), "1").unwrap();
        let mut before = Folder::scan(dir.path()).unwrap();
        assert_eq!(Folder::scan(dir.path()).unwrap(), before);
        for (file, text) in [("hello.ts", "12"), ("hello.json", "{}"), (".env", "A=1"), ("_schema.json", "{}")] {
            fs::write(dir.path().join(file), text).unwrap();
            let after = Folder::scan(dir.path()).unwrap();
            assert_ne!(after, before, "{file}");
            before = after;
        }
        assert!(Folder::scan(&dir.path().join("nowhere")).is_err());
    }
}
