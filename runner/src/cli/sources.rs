//! What of a folder belongs to a function: its file, the files that this one imports, and those that say what is meant by the
//! names of packages.

use crate::modules::{CONFIG_FILES, Config, Reached, Texts, entry_by_custom, reach};
use ramekin_bundler::extension_of;
use ramekin_bundler::specifier::Specifier;
use ramekin_compiler::Source;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Files that say what imports mean.
const CONFIGS: [&str; 4] = ["package.json", "deno.json", "deno.jsonc", "tsconfig.json"];

/// The source of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// One text that needs no other.
    Code(String),
    /// Files.
    Files {
        /// The path of the function's own.
        entry: String,
        /// Texts by path.
        texts: BTreeMap<String, String>,
    },
}

/// What was found, and where a change would matter.
#[derive(Debug)]
pub struct Gathered {
    /// What to deploy.
    pub sources: Sources,
    /// Other files than the function's own: those that are there, and those that an import looks for.
    pub others: Vec<PathBuf>,
}

impl Gathered {
    /// Of a file, or of a folder with a file that is called `index.ts` or as the folder.
    ///
    /// # Errors
    /// When a file cannot be read, or there is none.
    pub fn of(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let entry = if path.is_dir() { entry_of(&path)? } else { path };
        let code = std::fs::read_to_string(&entry)?;
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if stands_alone(&name, &code) {
            return Ok(Self { sources: Sources::Code(code), others: Vec::new() });
        }
        let dir = entry.parent().unwrap_or(&entry);
        let configured = configured(dir);
        let mut root = configured.unwrap_or(dir);
        let found = loop {
            let texts = Folder(root);
            let relative = relative(root, &entry)?;
            let config = Config::read(&texts).unwrap_or_default();
            let reached = reach(&texts, &relative, &config);
            match root.parent().filter(|_| reached.leaves && configured.is_none() && !root.join(".git").exists()) {
                Some(parent) => root = parent,
                None => break (texts, relative, reached),
            }
        };
        let (folder, entry, Reached { files, missing, .. }) = found;
        let mut texts = BTreeMap::new();
        for file in files {
            if let Some(text) = folder.text(&file) {
                texts.insert(file, text.into_owned());
            }
        }
        for file in CONFIG_FILES {
            if let Some(text) = folder.text(file) {
                texts.insert((*file).to_owned(), text.into_owned());
            }
        }
        let wanted =
            missing.iter().flat_map(|path| ["", ".ts", ".tsx", ".js", "/index.ts"].map(|end| format!("{path}{end}")));
        // One that is written later has a say, too.
        let configs = CONFIGS.iter().map(|name| dir.join(name));
        let others = texts.keys().cloned().chain(wanted).map(|path| root.join(path)).chain(configs).collect();
        let one = texts.len() == 1 && entry == name && !entry.ends_with('x');
        let sources = if one { Sources::Code(code) } else { Sources::Files { entry, texts } };
        Ok(Self { sources, others })
    }
}

impl Sources {
    /// Puts them into the form of a deploy.
    pub fn put(self, form: &mut Map<String, Value>) {
        match self {
            Self::Code(code) => {
                form.insert("code".into(), code.into());
            }
            Self::Files { entry, texts } => {
                form.insert("files".into(), json!(texts));
                form.insert("entry".into(), entry.into());
            }
        }
    }
}

fn entry_of(dir: &Path) -> io::Result<PathBuf> {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or("index");
    let found = entry_by_custom(name, |path| dir.join(path).is_file());
    let missing = || format!("there is neither `index.ts` nor `{name}.ts` in it");
    found.map(|path| dir.join(path)).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, missing()))
}

/// Whether nothing beside the text has a say in it.
fn stands_alone(name: &str, code: &str) -> bool {
    // What becomes of JSX and of decorators is said in files beside it.
    let decorated = code.lines().any(|line| line.trim_start().starts_with('@'));
    if decorated || matches!(extension_of(name), "tsx" | "jsx") {
        return false;
    }
    match ramekin_compiler::imports(&Source::new(name, code)) {
        Ok(imports) => imports
            .iter()
            .all(|import| matches!(Specifier::read(&import.specifier), Specifier::External(_) | Specifier::Package(_))),
        // What is wrong with it is told by the deploy.
        Err(_) => true,
    }
}

fn has_config(dir: &Path) -> bool {
    CONFIGS.iter().any(|name| dir.join(name).is_file())
}

/// The nearest folder that says how packages are meant, up to that of the repository.
fn configured(dir: &Path) -> Option<&Path> {
    for dir in dir.ancestors() {
        if has_config(dir) {
            return Some(dir);
        }
        if dir.join(".git").exists() {
            break;
        }
    }
    None
}

fn relative(root: &Path, path: &Path) -> io::Result<String> {
    let odd = || io::Error::new(io::ErrorKind::InvalidInput, "the path is not valid UTF-8");
    path.strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned).ok_or_else(odd)
}

/// Files below a folder.
struct Folder<'a>(&'a Path);

impl Texts for Folder<'_> {
    fn has(&self, path: &str) -> bool {
        self.0.join(path).is_file()
    }

    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        std::fs::read_to_string(self.0.join(path)).ok().map(Cow::Owned)
    }

    fn is_one(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".git")).unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn gathered(dir: &tempfile::TempDir, path: &str) -> (String, Vec<String>) {
        match Gathered::of(&dir.path().join(path)).unwrap().sources {
            Sources::Code(code) => (code, Vec::new()),
            Sources::Files { entry, texts } => (entry, texts.into_keys().collect()),
        }
    }

    #[test]
    fn one_text_needs_no_other() {
        let dir =
            folder(&[("a.ts", "export default () => 1"), ("b.ts", "import 'npm:zod'; import 'crypto'"), ("c.ts", "}")]);
        for file in ["a.ts", "b.ts", "c.ts"] {
            let text = fs::read_to_string(dir.path().join(file)).unwrap();
            assert_eq!(gathered(&dir, file), (text, Vec::new()));
        }
    }

    #[test]
    fn what_is_imported_comes_along() {
        let dir = folder(&[
            ("fn/hello.ts", "import './lib/a.ts'; import '../common/b'"),
            ("fn/lib/a.ts", "import data from '../data.json'; data"),
            ("fn/data.json", "{}"),
            ("fn/unused.ts", ""),
            ("common/b.ts", ""),
        ]);
        let files = ["common/b.ts", "fn/data.json", "fn/hello.ts", "fn/lib/a.ts"].map(str::to_owned).to_vec();
        assert_eq!(gathered(&dir, "fn/hello.ts"), ("fn/hello.ts".into(), files));
    }

    #[test]
    fn what_says_how_decorators_are_meant_comes_along() {
        let legacy = r#"{"compilerOptions":{"experimentalDecorators":true}}"#;
        let dir = folder(&[("a.ts", "  @logged class A {}"), ("b.ts", "// @ts-check"), ("tsconfig.json", legacy)]);
        assert_eq!(gathered(&dir, "a.ts"), ("a.ts".into(), vec!["a.ts".into(), "tsconfig.json".into()]));
        assert_eq!(gathered(&dir, "b.ts"), ("// @ts-check".into(), Vec::new()));
    }

    #[test]
    fn what_is_looked_for_is_told() {
        let dir = folder(&[("hello.ts", "import './lib/a'")]);
        let Gathered { sources, others } = Gathered::of(&dir.path().join("hello.ts")).unwrap();
        assert_eq!(sources, Sources::Code("import './lib/a'".into()));
        let a = dir.path().canonicalize().unwrap().join("lib/a.ts");
        assert!(others.contains(&a), "{others:?}");
        let dir = folder(&[("hello.ts", "import 'zod'")]);
        let Gathered { others, .. } = Gathered::of(&dir.path().join("hello.ts")).unwrap();
        assert!(others.contains(&dir.path().canonicalize().unwrap().join("package.json")), "{others:?}");
    }

    #[test]
    fn what_says_how_packages_are_meant_comes_along() {
        let dir = folder(&[
            ("fn/index.ts", "import 'zod'; import '@/x.ts'"),
            ("lib/x.ts", ""),
            ("package.json", "{}"),
            ("package-lock.json", r#"{"lockfileVersion":3}"#),
            ("deno.json", r#"{"imports":{"@/":"./lib/"}}"#),
            ("README.md", ""),
        ]);
        let files = ["deno.json", "fn/index.ts", "lib/x.ts", "package-lock.json", "package.json"];
        assert_eq!(gathered(&dir, "fn"), ("fn/index.ts".into(), files.map(str::to_owned).to_vec()));
        assert!(Gathered::of(dir.path()).unwrap_err().to_string().contains("index.ts"));
    }
}
