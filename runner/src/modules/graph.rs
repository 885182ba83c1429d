//! Follows the imports of the author's files, from the entry on. Every file is read with the parser that a deploy of one file
//! goes through, so what is wrong with it is said as well.

use super::remote::{PREFIX, address_of};
use super::{Config, Imports, Texts};
use ramekin_bundler::specifier::{Specifier, Wanted as Named, shown};
use ramekin_bundler::{Target, extension_of, file_jsx, join, nearest, probe};
use ramekin_compiler::{Diagnostic, DiagnosticCode, Diagnostics, Import, MAX_DIAGNOSTICS, Source};
use ramekin_npm::Want;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What the author's files import.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// What is no package.
    pub(super) imports: Imports,
    /// Packages, each once.
    pub(super) wanted: Vec<Wanted>,
    /// Addresses of modules that are not loaded yet.
    pub(super) remote: BTreeSet<String>,
}

/// A package that files import.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Which.
    pub(super) want: Want,
    /// As it is imported, and what follows its name.
    pub(super) specifiers: BTreeMap<String, String>,
    /// Where it is imported first: file, line and column.
    pub(super) file: String,
    pub(super) at: (u32, u32),
}

/// Where an import is.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
    at: (u32, u32),
}

impl Place<'_> {
    fn wrong(&self, code: DiagnosticCode, message: &str, hint: &str) -> Diagnostic {
        Diagnostic::new(code, message, self.file, self.at, Some(self.text)).with_hint(hint)
    }
}

struct Walk<'a, T> {
    texts: &'a T,
    config: &'a Config,
    graph: Graph,
    open: VecDeque<String>,
    seen: BTreeSet<String>,
    wrong: Vec<Diagnostic>,
    leaves: bool,
    missing: BTreeSet<String>,
}

/// The files that can be reached.
#[derive(Debug)]
pub struct Reached {
    /// Their paths.
    pub files: BTreeSet<String>,
    /// Paths that are imported where there is no file.
    pub missing: BTreeSet<String>,
    /// Whether an import leads out of the folder.
    pub leaves: bool,
}

/// The files that are imported from the entry on. What is wrong with them is told by the deploy.
pub fn reach<T: Texts>(texts: &T, entry: &str, config: &Config) -> Reached {
    let walk = walked(texts, entry, config);
    Reached { files: walk.seen, missing: walk.missing, leaves: walk.leaves }
}

fn walked<'a, T: Texts>(texts: &'a T, entry: &str, config: &'a Config) -> Walk<'a, T> {
    let mut walk = Walk {
        texts,
        config,
        graph: Graph::default(),
        open: VecDeque::from([entry.to_owned()]),
        seen: BTreeSet::from([entry.to_owned()]),
        wrong: Vec::new(),
        leaves: false,
        missing: BTreeSet::new(),
    };
    while let Some(path) = walk.open.pop_front() {
        if walk.wrong.len() >= MAX_DIAGNOSTICS {
            break;
        }
        walk.file(&path);
    }
    walk
}

/// Everything that is imported from the entry on.
pub(super) fn walk<T: Texts>(texts: &T, entry: &str, config: &Config) -> Result<Graph, Diagnostics> {
    let walk = walked(texts, entry, config);
    match Diagnostics::collect(walk.wrong) {
        Some(wrong) => Err(wrong),
        None => Ok(walk.graph),
    }
}

impl<T: Texts> Walk<'_, T> {
    fn file(&mut self, path: &str) {
        let texts = self.texts;
        let Some(text) = texts.text(path) else { return };
        let text: &str = &text;
        let extension = extension_of(path);
        if !matches!(extension, "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs") {
            return;
        }
        let place = |at| Place { file: path, text, at };
        match ramekin_compiler::imports(&Source::new(path, text)) {
            Ok(imports) => {
                for Import { specifier, line, column, .. } in &imports {
                    self.import(specifier, &place((*line, *column)));
                }
            }
            Err(wrong) => self.wrong.extend(wrong.into_vec()),
        }
        // What JSX is turned into is imported by nobody's word.
        if matches!(extension, "tsx" | "jsx")
            && let Some(source) = file_jsx(text, &self.config.jsx).source
        {
            self.import(&format!("{source}/jsx-runtime"), &place((1, 1)));
        }
    }

    fn import(&mut self, specifier: &str, place: &Place<'_>) {
        let texts = self.texts;
        let mapped = self.config.mapped(specifier, |path| texts.has(path));
        let meant = mapped.as_deref().unwrap_or(specifier);
        match Specifier::read(meant) {
            Specifier::Relative => self.relative(specifier, meant, mapped.is_some(), place),
            Specifier::External(module) => {
                self.graph.imports.insert(specifier.to_owned(), Target::External(module));
            }
            Specifier::Text(name, text) => {
                self.graph.imports.insert(specifier.to_owned(), Target::Text(name, text));
            }
            Specifier::Bare(named) => {
                let range = self.config.range(&named.name).to_owned();
                match aliased(&named, &range) {
                    Some(named) => self.want(specifier, named, place),
                    None => {
                        let message = format!(
                            "cannot import `{}`: package.json wants it from `{}`, which is no registry",
                            shown(specifier),
                            shown(&range)
                        );
                        let hint = "name a version that a registry has, or import its files by a relative path";
                        self.wrong.push(place.wrong(DiagnosticCode::PackageImport, &message, hint));
                    }
                }
            }
            Specifier::Package(named) => self.want(specifier, named, place),
            Specifier::Remote(address) if self.texts.loads() => self.remote(specifier, address),
            Specifier::Remote(address) => {
                let message = format!("cannot import `{}`: modules are not loaded from other servers", shown(&address));
                let hint = "use the package (npm:, jsr:) if there is one, or put the module beside your files";
                self.wrong.push(place.wrong(DiagnosticCode::PackageImport, &message, hint));
            }
            Specifier::Refused(message, hint) => {
                self.wrong.push(place.wrong(DiagnosticCode::PackageImport, &message, &hint));
            }
        }
    }

    /// A module at an address.
    fn remote(&mut self, specifier: &str, address: String) {
        let Some(path) = self.texts.at(&address).map(str::to_owned) else {
            self.graph.remote.insert(address);
            return;
        };
        self.graph.imports.insert(specifier.to_owned(), Target::File(path.clone()));
        self.open(path);
    }

    fn open(&mut self, path: String) {
        if self.seen.insert(path.clone()) {
            self.open.push_back(path);
        }
    }

    /// A module beside one at an address. It has to be where it is looked for, for that is where the bundler looks.
    fn beside(&mut self, specifier: &str, path: String, place: &Place<'_>) {
        if self.texts.has(&path) {
            self.open(path);
            return;
        }
        let Some(address) = address_of(&path) else { return };
        if self.texts.at(&address).is_some() {
            let message = format!("cannot import `{}`: the server has it elsewhere", shown(specifier));
            let hint = "use the package (npm:, jsr:) if there is one";
            self.wrong.push(place.wrong(DiagnosticCode::PackageImport, &message, hint));
        } else {
            self.graph.remote.insert(address);
        }
    }

    /// `topmost`: relative to the folder of the function, not to the file.
    fn relative(&mut self, specifier: &str, meant: &str, topmost: bool, place: &Place<'_>) {
        let from = if topmost { "" } else { place.file };
        let Some(path) = join(from, meant) else {
            self.leaves = true;
            let message = format!("cannot import `{}`: it leads out of the function's folder", shown(specifier));
            let hint = "move the file into the folder that is deployed";
            self.wrong.push(place.wrong(DiagnosticCode::RelativeImport, &message, hint));
            return;
        };
        if path.starts_with(PREFIX) {
            return self.beside(specifier, path, place);
        }
        let Some(found) = probe(&path, |path| self.texts.has(path)) else {
            self.missing.insert(path.clone());
            let (message, hint) = if self.texts.is_one() {
                let message = format!("cannot import `{}`: only `{}` was deployed", shown(specifier), place.file);
                (message, "check the path; over REST, other files are sent as `files` (docs/modules.md)".to_owned())
            } else {
                let message = format!("cannot import `{}`: there is no file `{}`", shown(specifier), shown(&path));
                let check = "check the path, and that the file is part of the deploy";
                // What is not told needs no thought.
                let told = self.wrong.len() < MAX_DIAGNOSTICS;
                let found = told.then(|| similar(&path, &self.texts.paths())).flatten();
                (message, found.map_or_else(|| check.to_owned(), |meant| format!("did you mean `{meant}`? {check}")))
            };
            self.wrong.push(place.wrong(DiagnosticCode::RelativeImport, &message, &hint));
            return;
        };
        if topmost {
            self.graph.imports.insert(specifier.to_owned(), Target::File(found.clone()));
        }
        self.open(found);
    }

    fn want(&mut self, specifier: &str, named: Named, place: &Place<'_>) {
        let want = Want { name: named.name, range: named.range };
        let known = self.graph.wanted.iter_mut().find(|one| one.want == want);
        match known {
            Some(known) => {
                known.specifiers.insert(specifier.to_owned(), named.subpath);
            }
            None => self.graph.wanted.push(Wanted {
                want,
                specifiers: BTreeMap::from([(specifier.to_owned(), named.subpath)]),
                file: place.file.to_owned(),
                at: place.at,
            }),
        }
    }
}

/// The file that a path without one may be meant to be.
fn similar<'a>(path: &str, files: &[&'a str]) -> Option<&'a str> {
    let stem = |file: &'a str| file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let whole = nearest(path, files.iter().copied());
    whole.or_else(|| {
        // Case alone may differ.
        let like = files.iter().find(|file| stem(file).eq_ignore_ascii_case(path)).copied();
        like.or_else(|| {
            let found = nearest(path, files.iter().map(|file| stem(file)))?;
            files.iter().find(|file| stem(file) == found).copied()
        })
    })
}

/// A package with its range; `npm:other@range` is another package under this name. `None` for what is in no registry.
fn aliased(named: &Named, range: &str) -> Option<Named> {
    if range.starts_with("npm:") {
        return match Specifier::read(range) {
            Specifier::Package(other) => Some(Named { subpath: named.subpath.clone(), ..other }),
            _ => None,
        };
    }
    let elsewhere = range.contains(':') || (range.contains('/') && !range.contains(' '));
    (!elsewhere).then(|| Named { range: range.to_owned(), ..named.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Result<Graph, Vec<Diagnostic>> {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let project = Project::new("f", None, texts).unwrap();
        walk(&project, &project.entry, &Config::read(&project).unwrap()).map_err(Diagnostics::into_vec)
    }

    #[test]
    fn imports_are_followed_and_packages_collected() {
        let found = graph(&[
            (
                "index.ts",
                "import { a } from './lib/a'; import type { T } from './nowhere'; a satisfies T; import 'crypto'",
            ),
            ("lib/a.ts", "export const a = 1; import { z } from 'npm:zod@4/v4'; z; export * from '../b.js'"),
            ("b.ts", "import z from 'zod'; import h from 'hono/tiny'; import('npm:zod@4'); z; h; import './data.json'"),
            ("data.json", "{}"),
            ("unused.ts", "this is no code"),
            ("package.json", r#"{"dependencies":{"hono":"^4.2"}}"#),
        ]);
        let found = found.unwrap();
        let wants: Vec<(String, Vec<&String>)> =
            found.wanted.iter().map(|one| (one.want.key(), one.specifiers.keys().collect())).collect();
        let keys: Vec<&str> = wants.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["zod@4", "zod@", "hono@^4.2"]);
        assert_eq!(wants[0].1, ["npm:zod@4", "npm:zod@4/v4"]);
        assert_eq!((found.wanted[0].file.as_str(), found.wanted[0].at), ("lib/a.ts", (1, 39)));
        assert_eq!(found.imports["crypto"], Target::External("node:crypto".into()));
    }

    #[test]
    fn what_leads_nowhere_is_said_with_its_place() {
        let wrong = graph(&[
            ("index.ts", "import './a';\nimport '../x';\n  import 'https://x.test/a.ts';\nimport './b.ts';"),
            ("b.ts", "import 'file:///etc/passwd'; const = 1;"),
        ]);
        let wrong = wrong.unwrap_err();
        let said: Vec<(String, u32, u32, &str)> =
            wrong.iter().map(|one| (one.file.clone(), one.line, one.column, one.code.as_str())).collect();
        let expected = [
            ("b.ts", 1, 36, "SYNTAX_ERROR"),
            ("index.ts", 1, 8, "IMPORT_RELATIVE"),
            ("index.ts", 2, 8, "IMPORT_RELATIVE"),
            ("index.ts", 3, 10, "IMPORT_PACKAGE"),
        ];
        assert_eq!(said, expected.map(|(file, line, column, code)| (file.to_owned(), line, column, code)));
        assert!(wrong.iter().all(|one| one.excerpt.is_some()), "{wrong:?}");
        assert!(wrong.iter().skip(1).all(|one| one.hint.is_some()), "{wrong:?}");
    }

    #[test]
    fn maps_and_aliases() {
        let found = graph(&[
            ("index.ts", "import '@/a.ts'; import 'x'; import 'y/sub'"),
            ("lib/a.ts", ""),
            ("deno.json", r#"{"imports":{"@/":"./lib/","x":"npm:left@1"}}"#),
            ("package.json", r#"{"dependencies":{"y":"npm:@z/right@^2"}}"#),
        ]);
        let found = found.unwrap();
        assert_eq!(found.imports["@/a.ts"], Target::File("lib/a.ts".into()));
        let keys: Vec<String> = found.wanted.iter().map(|one| one.want.key()).collect();
        assert_eq!(keys, ["left@1", "@z/right@^2"]);
        assert_eq!(found.wanted[1].specifiers["y/sub"], "/sub");
        let wrong = graph(&[("index.ts", "import 'g'"), ("package.json", r#"{"dependencies":{"g":"git+ssh://x"}}"#)]);
        assert!(wrong.unwrap_err()[0].message.contains("no registry"));
    }
}
