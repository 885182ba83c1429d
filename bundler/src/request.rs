//! What goes into the bundler's process and what comes out of it, both as JSON.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What to bundle.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// The file to begin with.
    pub entry: String,
    /// The author's files: text by path.
    pub files: BTreeMap<String, String>,
    /// What the author's files import that is no relative path: by specifier.
    pub imports: BTreeMap<String, Target>,
    /// Packages by key.
    pub packages: BTreeMap<String, Package>,
    /// The folder that the packages' folders are in.
    pub root: PathBuf,
    /// What JSX becomes.
    pub jsx: Jsx,
    /// What becomes of classes.
    #[serde(default)]
    pub classes: Classes,
}

/// What becomes of classes in TypeScript.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classes {
    /// Decorators are those that TypeScript had before the standard (`experimentalDecorators`).
    pub legacy_decorators: bool,
    /// They are told of types (`emitDecoratorMetadata`).
    pub metadata: bool,
    /// Fields are assigned, and those without a value are none (`useDefineForClassFields: false`).
    pub assigned_fields: bool,
}

/// Where an import leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Into a package: its key, and what follows its name, such as `/sub`.
    Package(String, String),
    /// To a module that the engine has, under this name.
    External(String),
    /// To one of the files.
    File(String),
    /// To a text that stands for a module, under this name.
    Text(String, String),
}

/// A package that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its own name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its folder below the root.
    pub folder: String,
    /// Keys of packages by the names it imports them by.
    pub dependencies: BTreeMap<String, String>,
    /// Names that it does without when they are missing.
    pub optional: BTreeSet<String>,
}

/// What JSX becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jsx {
    /// Imported from here when it is said; else calls of `factory`.
    pub import_source: Option<String>,
    /// `React.createElement` unless said.
    pub factory: Option<String>,
    /// `React.Fragment` unless said.
    pub fragment: Option<String>,
}

/// One module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// JavaScript.
    pub code: String,
    /// A source map, version 3, as JSON. Its columns are characters, both of the code and of the sources.
    pub map: String,
}

/// What the process answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// It worked.
    Done(Bundle),
    /// It did not.
    Wrong(Vec<Problem>),
}

/// Something wrong with the sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// What, as a fragment.
    pub message: String,
    /// Where: as the author knows the file, `npm:name@version/path` in a package. Empty when it is nowhere in particular.
    pub file: String,
    /// From 1; 0 when it is nowhere in particular.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What to do.
    pub hint: Option<String>,
}

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProblemKind {
    /// An import that leads nowhere.
    Unresolved,
    /// A text that cannot be read.
    Syntax,
    /// Everything else.
    Other,
}

impl Problem {
    /// Nowhere in particular.
    pub fn general(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), file: String::new(), line: 0, column: 0, hint: None }
    }
}
