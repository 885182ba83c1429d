//! Modules that the engine has itself: Node's by their names, and stand-ins for packages that cannot work in a sandbox as
//! they are.

use crate::nearest;
use ramekin_support::{Builtin, builtin, builtin_names};

/// Packages that the engine stands in for: what they do needs sockets or native code.
const PACKAGES: &[(&str, &str)] = &[
    ("pg", "ramekin:pg"),
    ("postgres", "ramekin:postgres"),
    ("bcrypt", "ramekin:bcrypt"),
    ("bcryptjs", "ramekin:bcrypt"),
    ("argon2", "ramekin:argon2"),
    ("node-fetch", "ramekin:node-fetch"),
];

/// What an import has to do with the engine's modules.
#[derive(Debug, PartialEq, Eq)]
pub enum Module {
    /// It is one, under this name.
    Known(String),
    /// It asks for one that does not exist.
    Unknown,
    /// Nothing.
    Other,
}

/// Whether a specifier is the name of a module of the engine.
pub fn module(specifier: &str) -> Module {
    match builtin(specifier) {
        Builtin::Known if specifier.contains(':') => Module::Known(specifier.to_owned()),
        Builtin::Known => Module::Known(format!("node:{specifier}")),
        Builtin::Unknown => Module::Unknown,
        // `util/` is how packages ask for a package of that name.
        Builtin::Other => Module::Other,
    }
}

/// The module of the engine whose name is most like one that none has.
pub fn meant(specifier: &str) -> Option<&'static str> {
    nearest(specifier.strip_prefix("node:").unwrap_or(specifier), builtin_names())
}

/// The module that stands in for a package of this name.
pub fn stand_in(package: &str) -> Option<&'static str> {
    PACKAGES.iter().find(|(name, _)| *name == package).map(|&(_, module)| module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_modules_with_and_without_prefix() {
        let known = |name: &str| Module::Known(name.to_owned());
        assert_eq!(module("fs/promises"), known("node:fs/promises"));
        assert_eq!(module("node:test"), known("node:test"), "only with its prefix");
        assert_eq!(module("ramekin:pg"), known("ramekin:pg"));
        for package in ["test", "util/", "lodash", "fs-extra"] {
            assert_eq!(module(package), Module::Other, "{package}");
        }
        assert_eq!((module("node:foo"), module("ramekin:fs")), (Module::Unknown, Module::Unknown));
    }

    #[test]
    fn names_that_are_nearly_right() {
        assert_eq!(meant("node:cryptoo"), Some("crypto"));
        assert_eq!(meant("fs/promise"), Some("fs/promises"));
        assert_eq!((meant("node:nonsense"), meant("lodash")), (None, None));
    }

    #[test]
    fn stand_ins() {
        assert_eq!(stand_in("bcryptjs"), Some("ramekin:bcrypt"));
        assert_eq!(stand_in("node-fetch"), Some("ramekin:node-fetch"));
        assert_eq!(stand_in("pg-pool"), None);
    }
}
