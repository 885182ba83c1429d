//! What an import's specifier means, read the way Deno reads it.

use crate::builtins::{self, Module};

/// A package as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Name in the npm registry.
    pub name: String,
    /// Range of versions or a tag; empty when nothing is said.
    pub range: String,
    /// What follows: empty, or `/` and more.
    pub subpath: String,
}

/// What a specifier means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Specifier {
    /// A file next to the one that imports it.
    Relative,
    /// A module that the engine has, under this name.
    External(String),
    /// A package whose version is said elsewhere.
    Bare(Wanted),
    /// A package with its version.
    Package(Wanted),
    /// A module at an address.
    Remote(String),
    /// A module that is made of a text: its name and the text.
    Text(String, String),
    /// Nothing that can be imported: why, and what to do.
    Refused(String, String),
}

impl Specifier {
    /// Reads a specifier.
    pub fn read(text: &str) -> Self {
        if text == "." || text == ".." || text.starts_with("./") || text.starts_with("../") {
            return Self::Relative;
        }
        let path = text.split(['?', '#']).next().unwrap_or(text);
        if [".d.ts", ".d.mts", ".d.cts"].iter().any(|types| path.ends_with(types)) {
            // Types for an editor, imported for their effect on it.
            return Self::Text("types.d.ts".into(), "export {};\n".into());
        }
        match builtins::module(text) {
            Module::Known(module) => return Self::External(module),
            Module::Unknown => {
                return refused(text, "there is no such built-in module", &built_in(text));
            }
            Module::Other => {}
        }
        let Some((scheme, rest)) = text.split_once(':') else {
            return bare(text);
        };
        match scheme {
            "npm" => package(rest.trim_start_matches('/'), text),
            "jsr" => jsr(rest.trim_start_matches('/'), text),
            "https" => address(text, rest.trim_start_matches('/')),
            "http" => refused(text, "modules are not loaded over plain HTTP", "use https:, or npm: for a package"),
            "file" => refused(text, "a function has no file system", "import by a relative path, such as `./lib/x.ts`"),
            "data" => refused(text, "modules in `data:` addresses are not supported", "put the module into a file"),
            "git" | "git+https" | "git+ssh" | "github" => refused(
                text,
                "packages are not taken from git",
                "publish it to a registry, or put its files beside yours",
            ),
            _ => refused(text, "there is no such scheme", "use npm:, jsr:, node:, https: or a relative path"),
        }
    }
}

fn built_in(text: &str) -> String {
    let all = "docs/node.md lists the built-in modules";
    builtins::meant(text).map_or_else(|| all.to_owned(), |meant| format!("did you mean `node:{meant}`? {all}"))
}

fn refused(text: &str, why: &str, hint: &str) -> Specifier {
    Specifier::Refused(format!("cannot import `{}`: {why}", shown(text)), hint.to_owned())
}

/// As much of a specifier as a message shows.
pub fn shown(text: &str) -> String {
    let clean = text.replace(char::is_control, " ");
    match clean.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

fn bare(text: &str) -> Specifier {
    if text.starts_with('/') {
        return refused(text, "a function has no file system", "import by a relative path, such as `./lib/x.ts`");
    }
    if text.starts_with('#') || text.starts_with("@/") || text.starts_with('~') {
        let hint = "map it in `paths` of a tsconfig.json or `imports` of a deno.json beside the entry, or import by a relative path";
        return refused(text, "it is mapped nowhere", hint);
    }
    match Wanted::read(text) {
        // Below a module of Node, such as `fs/promise`.
        Some(wanted) if !wanted.subpath.is_empty() && is_built_in(&wanted.name) && builtins::meant(text).is_some() => {
            refused(text, "there is no such built-in module", &built_in(text))
        }
        Some(wanted) if wanted.range.is_empty() => found(wanted, Specifier::Bare),
        // `name@1` without `npm:` is a name with an odd character.
        _ => refused(text, "this is no name of a package", "write `npm:name@version`, or a relative path"),
    }
}

fn is_built_in(name: &str) -> bool {
    matches!(builtins::module(name), Module::Known(_))
}

fn package(rest: &str, text: &str) -> Specifier {
    match Wanted::read(rest) {
        Some(wanted) => found(wanted, Specifier::Package),
        None => {
            refused(text, "this is no name of a package", "write `npm:name`, `npm:name@version` or `npm:@scope/name`")
        }
    }
}

fn found(wanted: Wanted, make: impl FnOnce(Wanted) -> Specifier) -> Specifier {
    if wanted.name == "@butterbase/sdk" {
        let hint = "use what the handler is given (ctx.db, ctx.invoke, ctx.user), or put the SDK's files beside yours";
        return refused(&wanted.name, "it is in no registry", hint);
    }
    match builtins::stand_in(&wanted.name) {
        Some(module) => Specifier::External(module.to_owned()),
        None => make(wanted),
    }
}

/// Packages of JSR that the npm registry has under another name, with the same versions.
const ALSO_OF_NPM: &[(&str, &str)] = &[
    ("@hono/hono", "hono"),
    ("@openai/openai", "openai"),
    ("@supabase/supabase-js", "@supabase/supabase-js"),
    ("@zod/zod", "zod"),
];

fn jsr(rest: &str, text: &str) -> Specifier {
    let wanted = Wanted::read(rest);
    if let Some(wanted) = &wanted
        && let Some((_, name)) = ALSO_OF_NPM.iter().find(|(of_jsr, _)| *of_jsr == wanted.name)
    {
        return Specifier::Package(Wanted { name: (*name).to_owned(), ..wanted.clone() });
    }
    match wanted.and_then(Wanted::of_jsr) {
        Some(wanted) => Specifier::Package(wanted),
        None => refused(text, "this is no name of a package", "write `jsr:@scope/name@version`"),
    }
}

impl Wanted {
    /// `name@range/sub` or `@scope/name@range/sub`.
    fn read(text: &str) -> Option<Self> {
        let (scope, rest) = match text.strip_prefix('@') {
            Some(scoped) => {
                let (scope, rest) = scoped.split_once('/')?;
                (Some(scope), rest)
            }
            None => (None, text),
        };
        let end = rest.find(['@', '/']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        let (range, subpath) = match after.strip_prefix('@') {
            Some(versioned) => versioned.split_at_checked(versioned.find('/').unwrap_or(versioned.len()))?,
            None => ("", after),
        };
        let sound = |part: &str| {
            let mut bytes = part.bytes();
            !part.is_empty()
                && !part.starts_with(['.', '_'])
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'!'))
        };
        if !sound(name)
            || !scope.is_none_or(sound)
            || text.len() > 214 + 512
            || subpath.split('/').any(|part| part == "..")
        {
            return None;
        }
        let name = scope.map_or_else(|| name.to_owned(), |scope| format!("@{scope}/{name}"));
        let subpath = if subpath == "/" { "" } else { subpath };
        Some(Self { name, range: percent_decoded(range), subpath: subpath.to_owned() })
    }

    /// Under the name that JSR's packages have in the npm registry's form.
    fn of_jsr(self) -> Option<Self> {
        let (scope, name) = self.name.strip_prefix('@')?.split_once('/')?;
        Some(Self { name: format!("@jsr/{scope}__{name}"), ..self })
    }

    /// Splits what a package imports into a package's name and what follows it.
    pub fn split(text: &str) -> Option<(&str, &str)> {
        let from = if text.starts_with('@') { text.find('/')? + 1 } else { 0 };
        let end = text.get(from..)?.find('/').map_or(text.len(), |at| from + at);
        let (name, subpath) = text.split_at_checked(end)?;
        (!name.is_empty()).then_some((name, subpath))
    }
}

/// `^` and spaces are written as percent codes in addresses.
fn percent_decoded(text: &str) -> String {
    text.replace("%5E", "^").replace("%5e", "^").replace("%20", " ").replace("%3E", ">").replace("%3C", "<")
}

/// Addresses of well-known servers of packages mean the packages.
fn address(text: &str, rest: &str) -> Specifier {
    let plain = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = plain.split_once('/').unwrap_or((plain, ""));
    match host {
        "esm.sh" => {
            let path = path.trim_start_matches('*');
            // A build number, as in `v135/zod@3`.
            let path = match path.split_once('/') {
                Some((version, rest))
                    if version.strip_prefix('v').is_some_and(|digits| {
                        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
                    }) =>
                {
                    rest
                }
                _ => path,
            };
            match path.strip_prefix("jsr/") {
                Some(path) => jsr(path, text),
                None => package(path, text),
            }
        }
        "unpkg.com" | "cdn.skypack.dev" => package(path, text),
        "cdn.jsdelivr.net" | "esm.run" => {
            let path = path.strip_prefix("npm/").unwrap_or(path);
            package(path.trim_end_matches("/+esm"), text)
        }
        "deno.land" => deno_land(text, path),
        _ => Specifier::Remote(text.to_owned()),
    }
}

fn deno_land(text: &str, path: &str) -> Specifier {
    if let Some(rest) = path.strip_prefix("x/") {
        let module = rest.split(['@', '/']).next().unwrap_or_default();
        return match module {
            "postgres" => Specifier::External("ramekin:deno-postgres".into()),
            "postgresjs" => Specifier::External("ramekin:postgres".into()),
            "bcrypt" => Specifier::External("ramekin:bcrypt".into()),
            "zod" => Specifier::Package(Wanted { name: "zod".into(), range: "3".into(), subpath: String::new() }),
            _ => Specifier::Remote(text.to_owned()),
        };
    }
    let Some(rest) = path.strip_prefix("std").filter(|rest| rest.starts_with(['@', '/'])) else {
        return Specifier::Remote(text.to_owned());
    };
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    match path {
        "http/server.ts" | "http/mod.ts" => Specifier::Text("std/http/server.ts".into(), SERVE.into()),
        "dotenv/load.ts" => Specifier::Text("std/dotenv/load.ts".into(), "export {};\n".into()),
        _ => {
            let (module, file) = path.split_once('/').unwrap_or((path, ""));
            let module = module.replace('_', "-");
            let stem = file.trim_end_matches(".ts").replace('_', "-");
            let subpath = if stem.is_empty() || stem == "mod" { String::new() } else { format!("/{stem}") };
            let sound = !module.is_empty() && module.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !sound || subpath.contains("..") {
                return refused(text, "there is no such module", "see `jsr:@std/…` for its successor");
            }
            Specifier::Package(Wanted { name: format!("@jsr/std__{module}"), range: "1".into(), subpath })
        }
    }
}

/// `serve` of the old standard library.
const SERVE: &str = "\
export function serve(handler, options) {
  return Deno.serve(options ?? {}, handler);
}
";

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, range: &str, subpath: &str) -> Specifier {
        Specifier::Package(Wanted { name: name.into(), range: range.into(), subpath: subpath.into() })
    }

    #[test]
    fn packages_with_versions() {
        for (text, expected) in [
            ("npm:zod", package("zod", "", "")),
            ("npm:zod@4", package("zod", "4", "")),
            ("npm:/zod@^4.1.0/v3", package("zod", "^4.1.0", "/v3")),
            ("npm:@supabase/supabase-js@2", package("@supabase/supabase-js", "2", "")),
            ("npm:@a/b/c/d.js", package("@a/b", "", "/c/d.js")),
            ("jsr:@std/encoding@1/base64", package("@jsr/std__encoding", "1", "/base64")),
            ("jsr:@hono/hono@^4.2/cors", package("hono", "^4.2", "/cors")),
            ("https://esm.sh/jsr/@supabase/supabase-js@2", package("@supabase/supabase-js", "2", "")),
            ("https://esm.sh/zod@3.22.4", package("zod", "3.22.4", "")),
            ("https://esm.sh/v135/hono@4/cors?target=deno", package("hono", "4", "/cors")),
            ("https://esm.sh/*@scope/x@1?deps=react@18", package("@scope/x", "1", "")),
            ("https://esm.sh/jsr/@std/path@1", package("@jsr/std__path", "1", "")),
            ("https://cdn.jsdelivr.net/npm/lodash-es@4/+esm", package("lodash-es", "4", "")),
            ("https://unpkg.com/nanoid@5/index.js", package("nanoid", "5", "/index.js")),
            ("https://cdn.skypack.dev/dayjs", package("dayjs", "", "")),
            ("https://deno.land/std@0.224.0/encoding/base64.ts", package("@jsr/std__encoding", "1", "/base64")),
            ("https://deno.land/std/path/mod.ts", package("@jsr/std__path", "1", "")),
            ("https://deno.land/x/zod@v3.22.4/mod.ts", package("zod", "3", "")),
        ] {
            assert_eq!(Specifier::read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_engine_has() {
        for (text, module) in [
            ("crypto", "node:crypto"),
            ("node:fs", "node:fs"),
            ("pg", "ramekin:pg"),
            ("npm:postgres@3.4", "ramekin:postgres"),
            ("npm:bcryptjs", "ramekin:bcrypt"),
            ("https://deno.land/x/postgres@v0.19.3/mod.ts", "ramekin:deno-postgres"),
            ("https://esm.sh/argon2", "ramekin:argon2"),
        ] {
            assert_eq!(Specifier::read(text), Specifier::External(module.into()), "{text}");
        }
    }

    #[test]
    fn everything_else() {
        let bare = |name: &str, subpath: &str| {
            Specifier::Bare(Wanted { name: name.into(), range: String::new(), subpath: subpath.into() })
        };
        assert_eq!(Specifier::read("lodash/fp"), bare("lodash", "/fp"));
        assert_eq!(Specifier::read("@hono/zod"), bare("@hono/zod", ""));
        assert_eq!(Specifier::read("./a"), Specifier::Relative);
        assert_eq!(Specifier::read("https://x.test/a.ts"), Specifier::Remote("https://x.test/a.ts".into()));
        let server = Specifier::read("https://deno.land/std@0.168.0/http/server.ts");
        assert!(matches!(&server, Specifier::Text(_, text) if text.contains("Deno.serve")), "{server:?}");
        for types in ["jsr:@supabase/functions-js/edge-runtime.d.ts", "https://esm.sh/x@1/y.d.ts?z", "npm:a/b.d.mts"] {
            let read = Specifier::read(types);
            assert!(matches!(&read, Specifier::Text(_, text) if text == "export {};\n"), "{types}: {read:?}");
        }
        for text in [
            "file:///etc/passwd",
            "data:text/javascript,1",
            "git+https://x.test/y",
            "http://x.test/a.ts",
            "/etc/passwd",
            "#internal",
            "zod@4",
            "npm:",
            "@butterbase/sdk",
            "npm:../x",
            "npm:a/../../b",
            "npm:@scope",
            "npm:.hidden",
            "jsr:std",
            "bun:sqlite",
            "fs/promise",
            "a b",
        ] {
            let read = Specifier::read(text);
            assert!(matches!(&read, Specifier::Refused(message, _) if message.contains(text)), "{text}: {read:?}");
        }
    }

    #[test]
    fn names_and_what_follows() {
        assert_eq!(Wanted::split("a"), Some(("a", "")));
        assert_eq!(Wanted::split("a/b/c"), Some(("a", "/b/c")));
        assert_eq!(Wanted::split("@a/b/c"), Some(("@a/b", "/c")));
        assert_eq!((Wanted::split("@a"), Wanted::split("")), (None, None));
    }
}
