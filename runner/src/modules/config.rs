//! What files of a function say of how imports are meant: `package.json`, `package-lock.json`, `deno.json` and
//! `tsconfig.json` in the topmost folder.

use super::Texts;
use super::paths::Paths;
use ramekin_bundler::{Classes, Jsx};
use ramekin_compiler::{Diagnostic, DiagnosticCode};
use ramekin_npm::Tree;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Files that say it.
pub const CONFIG_FILES: &[&str] =
    &["package.json", "package-lock.json", "deno.json", "deno.jsonc", "import_map.json", "tsconfig.json"];

/// Those among them that say what becomes of syntax.
pub const COMPILER_FILES: &[&str] = &["deno.json", "deno.jsonc", "tsconfig.json"];

/// What the files say of imports.
#[derive(Debug, Default)]
pub struct Config {
    /// `imports` of `deno.json`.
    map: BTreeMap<String, String>,
    /// Ranges of versions by name, of `package.json`.
    ranges: BTreeMap<String, String>,
    locked: Tree,
    /// `paths` and `baseUrl` of `tsconfig.json`, and `imports` of `package.json`.
    paths: Paths,
    /// What JSX becomes.
    pub jsx: Jsx,
    /// What becomes of classes.
    pub classes: Classes,
}

impl Config {
    /// Reads what the files say of imports.
    pub fn read(texts: &impl Texts) -> Result<Self, Diagnostic> {
        let mut config = Self::default();
        if let Some(tsconfig) = json(texts, &["tsconfig.json"])? {
            config.jsx = jsx(&tsconfig, config.jsx);
            config.paths.read_tsconfig(&tsconfig);
            config.classes = classes(&tsconfig, config.classes);
        }
        if let Some(package) = json(texts, &["package.json"])? {
            for field in ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"] {
                let Some(Value::Object(ranges)) = package.get(field) else { continue };
                let texts = ranges.iter().filter_map(|(name, range)| Some((name.clone(), range.as_str()?.to_owned())));
                config.ranges.extend(texts);
            }
            config.paths.read_package(&package);
        }
        if let Some(deno) = json(texts, &["deno.json", "deno.jsonc"])? {
            config.jsx = jsx(&deno, config.jsx);
            config.classes = classes(&deno, config.classes);
            let elsewhere = deno.get("importMap").and_then(Value::as_str).map(|path| path.trim_start_matches("./"));
            let elsewhere = elsewhere.map(|path| json(texts, &[path])).transpose()?.flatten();
            for source in [elsewhere.as_ref(), Some(&deno)].into_iter().flatten() {
                let Some(Value::Object(imports)) = source.get("imports") else { continue };
                let texts = imports.iter().filter_map(|(from, to)| Some((from.clone(), to.as_str()?.to_owned())));
                config.map.extend(texts);
            }
        }
        if let Some(text) = texts.text("package-lock.json") {
            config.locked = ramekin_npm::read_lock_file(&text)
                .map_err(|why| wrong("package-lock.json", &why, "write it anew with `npm install`"))?;
        }
        Ok(config)
    }

    /// What a specifier of the author's stands for, when the files say so: relative to the topmost folder, if it is a path.
    pub(super) fn mapped(&self, specifier: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
        if let Some(to) = self.map.get(specifier) {
            return Some(to.clone());
        }
        // The longest first.
        let of_deno = self.map.iter().rev().find_map(|(from, to)| {
            let rest = specifier.strip_prefix(from.as_str())?;
            let package = to.starts_with("npm:") || to.starts_with("jsr:");
            // A package maps what is below it too, as with Deno.
            let below = from.ends_with('/') || (package && rest.starts_with('/'));
            below.then(|| format!("{to}{rest}"))
        });
        of_deno.or_else(|| self.paths.mapped(specifier, exists))
    }

    /// The range of versions of a package whose import names none.
    pub(super) fn range(&self, package: &str) -> &str {
        self.ranges.get(package).map_or("", String::as_str)
    }

    /// The lock file's packages, and those of the deploy before where it says nothing.
    pub(super) fn locked_over(&self, before: Tree) -> Tree {
        let mut locked = before;
        locked.roots.extend(self.locked.roots.clone());
        locked.packages.extend(self.locked.packages.clone());
        locked
    }
}

/// The first of these files that there is.
fn json(texts: &impl Texts, paths: &[&str]) -> Result<Option<Map<String, Value>>, Diagnostic> {
    let Some((path, text)) = paths.iter().find_map(|path| Some((*path, texts.text(path)?))) else {
        return Ok(None);
    };
    let plain = without_comments(&text);
    serde_json::from_str(&plain).map(Some).map_err(|error| {
        let hint = "it must be a JSON object; comments and trailing commas are allowed";
        wrong(path, &error.to_string(), hint)
    })
}

fn wrong(path: &str, why: &str, hint: &str) -> Diagnostic {
    let message = format!("`{path}` is not readable: {why}");
    Diagnostic::new(DiagnosticCode::Bundle, &message, path, (1, 1), None).with_hint(hint)
}

fn jsx(config: &Map<String, Value>, before: Jsx) -> Jsx {
    let Some(options) = config.get("compilerOptions") else { return before };
    let text = |name: &str| options.get(name).and_then(Value::as_str).map(str::to_owned);
    let automatic = matches!(text("jsx").as_deref(), Some("react-jsx" | "react-jsxdev" | "precompile"));
    Jsx {
        import_source: automatic
            .then(|| text("jsxImportSource").unwrap_or_else(|| "react".into()))
            .or(before.import_source),
        factory: text("jsxFactory").or(before.factory),
        fragment: text("jsxFragmentFactory").or(before.fragment),
    }
}

fn classes(config: &Map<String, Value>, before: Classes) -> Classes {
    let Some(options) = config.get("compilerOptions") else { return before };
    let said = |name: &str| options.get(name).and_then(Value::as_bool);
    Classes {
        legacy_decorators: said("experimentalDecorators").unwrap_or(before.legacy_decorators),
        metadata: said("emitDecoratorMetadata").unwrap_or(before.metadata),
        assigned_fields: said("useDefineForClassFields").map_or(before.assigned_fields, |define| !define),
    }
}

/// JSON without comments and without commas before a closing bracket.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => {
                out.push('"');
                let mut escaped = false;
                for inner in characters.by_ref() {
                    out.push(inner);
                    match inner {
                        '"' if !escaped => break,
                        '\\' => escaped = !escaped,
                        _ => escaped = false,
                    }
                }
            }
            ('/', Some('/')) => while characters.next_if(|next| *next != '\n').is_some() {},
            ('/', Some('*')) => {
                characters.next();
                let mut star = false;
                for inner in characters.by_ref() {
                    if star && inner == '/' {
                        break;
                    }
                    star = inner == '*';
                }
                out.push(' ');
            }
            ('}' | ']', _) => {
                let end = out.trim_end().len();
                if out.get(..end).is_some_and(|before| before.ends_with(',')) {
                    out.truncate(end - 1);
                }
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::*;
    use serde_json::json;

    fn project(files: &[(&str, &str)]) -> Project {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Project::new("hello", None, texts).unwrap()
    }

    #[test]
    fn what_files_say_of_imports() {
        let deno = r#"{ // comment
            "imports": { "zod": "npm:zod@4", "@/": "./lib/", "x": "./x.ts", /* , */ "j": "jsr:@a/b@1", },
            "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "hono/jsx" } }"#;
        let package = json!({ "dependencies": { "a": "^1" }, "devDependencies": { "a": "^2", "b": "3" } }).to_string();
        let project = project(&[("index.ts", ""), ("deno.json", deno), ("package.json", &package)]);
        let config = Config::read(&project).unwrap();
        let mapped = |specifier: &str| config.mapped(specifier, |path| project.has(path));
        assert_eq!(mapped("zod").as_deref(), Some("npm:zod@4"));
        assert_eq!(mapped("zod/v3").as_deref(), Some("npm:zod@4/v3"));
        assert_eq!(mapped("@/a/b.ts").as_deref(), Some("./lib/a/b.ts"));
        assert_eq!((mapped("x/y"), mapped("zodiac")), (None, None));
        assert_eq!((config.range("a"), config.range("b"), config.range("c")), ("^1", "3", ""));
        assert_eq!(config.jsx.import_source.as_deref(), Some("hono/jsx"));
    }

    #[test]
    fn files_that_say_nothing_are_named() {
        for (path, text) in [("package.json", "{"), ("deno.json", "[]"), ("package-lock.json", "{}")] {
            let wrong = Config::read(&project(&[("index.ts", ""), (path, text)])).unwrap_err();
            assert_eq!(wrong.file, path);
        }
    }

    #[test]
    fn comments_are_left_out_and_texts_are_not() {
        let plain = without_comments("{\"a\": \"//,]\\\"/*\", // x\n\"b\": [1, 2, ], /* } */ }");
        let value: Value = serde_json::from_str(&plain).unwrap();
        assert_eq!(value, json!({ "a": "//,]\"/*", "b": [1, 2] }));
    }
}
