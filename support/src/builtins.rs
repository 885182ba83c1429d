//! The engine's modules that functions import by name. The list is written when the engine is built, from the files that
//! there are.

/// One path a line, as below `engine/js/node/` and `engine/js/stubs/`.
const PATHS: &str = include_str!("../../engine/dist/builtins.txt");

/// Those that are Ramekin's: `ramekin:pg`, not `node:pg`.
const OWN: [&str; 7] = ["argon2", "bcrypt", "decorators", "deno-postgres", "node-fetch", "pg", "postgres"];

/// Those that Node has under their full name only.
const WITH_PREFIX: [&str; 4] = ["sea", "sqlite", "test", "test/reporters"];

/// What a specifier is to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// The engine has this module, or one that says what to use instead.
    Known,
    /// It asks for a module of the engine that does not exist.
    Unknown,
    /// It asks for something else.
    Other,
}

/// Whether a specifier (`node:fs`, `fs`, `ramekin:pg`) names a module of the engine.
pub fn builtin(specifier: &str) -> Builtin {
    let exists = |path: &str| PATHS.lines().any(|line| line == path);
    let (known, otherwise) = if let Some(path) = specifier.strip_prefix("node:") {
        (exists(path) && !OWN.contains(&path), Builtin::Unknown)
    } else if let Some(path) = specifier.strip_prefix("ramekin:") {
        (exists(path) && OWN.contains(&path), Builtin::Unknown)
    } else {
        (exists(specifier) && !OWN.contains(&specifier) && !WITH_PREFIX.contains(&specifier), Builtin::Other)
    };
    if known { Builtin::Known } else { otherwise }
}

/// Names of all modules of the engine, as they are imported.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    PATHS.lines().filter(|path| !path.starts_with('_') && !OWN.contains(path))
}

#[cfg(test)]
mod tests {
    use super::{Builtin, builtin};

    #[test]
    fn names_are_known_with_and_without_prefix() {
        for name in
            ["node:fs", "fs", "node:stream/promises", "path/posix", "node:test", "ramekin:pg", "ramekin:postgres"]
        {
            assert_eq!(builtin(name), Builtin::Known, "{name}");
        }
        for name in
            ["node:foo", "node:", "node:pg", "ramekin:fs", "ramekin:x", "node:internal/errors", "node:../web/url"]
        {
            assert_eq!(builtin(name), Builtin::Unknown, "{name}");
        }
        for name in ["lodash", "test", "pg", "", "./fs", "npm:fs", "fs/x"] {
            assert_eq!(builtin(name), Builtin::Other, "{name}");
        }
    }
}
