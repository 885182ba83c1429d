//! Names that stand for files: `paths` and `baseUrl` of `tsconfig.json`, `imports` of `package.json`.

use ramekin_bundler::{join, probe};
use serde_json::{Map, Value};

/// Conditions of `package.json` that hold here, for an object in place of a path.
const CONDITIONS: &[&str] = &["workerd", "worker", "browser", "import", "module", "require", "default"];

/// One name, or many: with a `*` in it.
#[derive(Debug)]
struct Pattern {
    name: String,
    /// What it stands for: the first that is there counts.
    targets: Vec<String>,
}

/// Names that stand for files.
#[derive(Debug, Default)]
pub(super) struct Paths {
    patterns: Vec<Pattern>,
    /// The folder below which names without a dot are looked for: relative to the topmost one, and empty for that.
    base: Option<String>,
}

impl Paths {
    /// `compilerOptions.paths` and `compilerOptions.baseUrl`.
    pub(super) fn read_tsconfig(&mut self, tsconfig: &Map<String, Value>) {
        let Some(options) = tsconfig.get("compilerOptions") else { return };
        self.base = options.get("baseUrl").and_then(Value::as_str).and_then(|base| join("", base));
        let base = self.base.clone().unwrap_or_default();
        let Some(Value::Object(paths)) = options.get("paths") else { return };
        for (name, targets) in paths {
            let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
            let targets = targets.filter_map(|target| below(&base, target)).collect();
            self.patterns.push(Pattern { name: name.clone(), targets });
        }
    }

    /// `imports`, whose names begin with `#`.
    pub(super) fn read_package(&mut self, package: &Map<String, Value>) {
        let Some(Value::Object(imports)) = package.get("imports") else { return };
        for (name, target) in imports.iter().filter(|(name, _)| name.starts_with('#')) {
            let targets = chosen(target, 0).map(str::to_owned).into_iter().collect();
            self.patterns.push(Pattern { name: name.clone(), targets });
        }
    }

    /// What a specifier stands for.
    pub(super) fn mapped(&self, specifier: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
        if specifier.starts_with('.') || specifier.starts_with('/') {
            return None;
        }
        let there = |target: &String| {
            let path = target.strip_prefix("./").and_then(|path| join("", path));
            path.is_some_and(|path| probe(&path, &exists).is_some())
        };
        if let Some((pattern, rest)) = self.matching(specifier) {
            let targets: Vec<String> = pattern.targets.iter().map(|target| target.replacen('*', rest, 1)).collect();
            // A package, under another name.
            let package = |target: &&String| !target.starts_with("./");
            if let Some(found) = targets.iter().find(|target| there(target) || package(target)) {
                return Some(found.clone());
            }
            // A name of the author's own is no package, so what is missing is the file; `*` alone says nothing of that.
            let own = pattern.name != "*" && !targets.iter().any(|target| target.contains("node_modules/"));
            if let Some(first) = targets.into_iter().next().filter(|_| own) {
                return Some(first);
            }
        }
        let base = self.base.as_ref()?;
        below(base, specifier).filter(there)
    }

    /// The pattern for a specifier, and what its `*` stands for: the name itself, or else the longest text before the `*`, the
    /// first of those that are as long.
    fn matching<'a>(&self, specifier: &'a str) -> Option<(&Pattern, &'a str)> {
        if let Some(exact) = self.patterns.iter().find(|pattern| pattern.name == specifier) {
            return Some((exact, ""));
        }
        // From the last one, for of equals `max_by_key` takes the last that it sees.
        let matching = self.patterns.iter().rev().filter_map(|pattern| {
            let (before, after) = pattern.name.split_once('*')?;
            let rest = specifier.strip_prefix(before)?.strip_suffix(after)?;
            Some((before.len(), pattern, rest))
        });
        matching.max_by_key(|(length, ..)| *length).map(|(_, pattern, rest)| (pattern, rest))
    }
}

/// A path below a folder, as a relative specifier.
fn below(folder: &str, path: &str) -> Option<String> {
    let base = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    join(&base, path).map(|path| format!("./{path}"))
}

/// What an entry of `imports` chooses. Conditions may lie within conditions.
fn chosen(target: &Value, depth: usize) -> Option<&str> {
    match target {
        Value::String(text) => Some(text),
        Value::Array(several) => several.iter().find_map(Value::as_str),
        Value::Object(by_condition) if depth < 8 => by_condition
            .iter()
            .filter(|(condition, _)| CONDITIONS.contains(&condition.as_str()))
            .find_map(|(_, target)| chosen(target, depth + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(tsconfig: &Value, package: &Value) -> Paths {
        let mut paths = Paths::default();
        paths.read_tsconfig(tsconfig.as_object().unwrap());
        paths.read_package(package.as_object().unwrap());
        paths
    }

    #[test]
    fn names_stand_for_files() {
        let options = json!({ "compilerOptions": { "baseUrl": "./src", "paths": {
            "@/*": ["*"], "@/deep/*": ["other/*", "../lib/*"], "models": ["models/index.ts"], "*.data": ["data/*.json"],
            "zod": ["../node_modules/zod"], "*": ["types/*"] } } });
        let package = json!({ "imports": { "#db": { "node": "./node.js", "default": "./src/db.js" }, "#x/*": "./src/x/*.ts",
            "#log": "npm:loglevel@1", "plain": "./no.ts" } });
        let paths = paths(&options, &package);
        let files = ["src/a.ts", "src/models/index.ts", "lib/b.ts", "src/data/n.json", "src/db.ts", "src/x/y.ts"];
        let mapped = |specifier: &str| paths.mapped(specifier, |path| files.contains(&path));
        for (specifier, expected) in [
            ("@/a", Some("./src/a")),
            ("@/a.js", Some("./src/a.js")),
            ("@/nowhere", Some("./src/nowhere")),
            ("@/deep/b", Some("./lib/b")),
            ("models", Some("./src/models/index.ts")),
            ("n.data", Some("./src/data/n.json")),
            ("zod", None),
            ("a", Some("./src/a")),
            ("hono", None),
            ("plain", None),
            ("./a", None),
            ("#db", Some("./src/db.js")),
            ("#x/y", Some("./src/x/y.ts")),
            ("#log", Some("npm:loglevel@1")),
        ] {
            assert_eq!(mapped(specifier).as_deref(), expected, "{specifier}");
        }
    }

    #[test]
    fn without_a_base_names_are_packages() {
        let paths = paths(&json!({ "compilerOptions": { "paths": { "@/*": ["./*"] } } }), &json!({}));
        assert_eq!(paths.mapped("@/a", |path| path == "a.ts").as_deref(), Some("./a"));
        assert_eq!(paths.mapped("a", |path| path == "a.ts"), None);
        let outside = self::paths(
            &json!({ "compilerOptions": { "baseUrl": "../..", "paths": { "@/*": ["../*"] } } }),
            &json!({}),
        );
        assert_eq!(outside.mapped("@/a", |_| true), None);
    }
}
