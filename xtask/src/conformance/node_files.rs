//! Node's own suite: the files of `test/parallel` that are about modules which functions have, each with what it needs.

use super::areas::Area;
use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// By area, the beginnings of names: what follows is a hyphen or the end.
pub const AREAS: &[Area] = &[
    Area::named("assert", &["assert"]),
    Area::named("async_hooks", &["async-hooks", "async-local-storage", "async-wrap"]),
    Area::named("buffer", &["buffer", "blob", "file"]),
    Area::named("console", &["console"]),
    Area::named("crypto", &["crypto", "webcrypto"]),
    Area::named("diagnostics_channel", &["diagnostics-channel"]),
    Area::named(
        "events",
        &[
            "event-capture-rejections",
            "event-emitter",
            "event-target",
            "eventemitter",
            "events",
            "eventtarget",
            "whatwg-events",
        ],
    ),
    Area::named("path", &["path"]),
    Area::named("process", &["next-tick", "process"]),
    Area::named("querystring", &["querystring"]),
    Area::named("stream", &["readable", "stream", "stream2", "stream3", "streams"]),
    Area::named("string_decoder", &["string-decoder"]),
    Area::named("timers", &["timers"]),
    Area::named("url", &["url", "whatwg-url"]),
    Area::named("util", &["util", "parse-args", "mime"]),
    Area::named(
        "web",
        &[
            "abortcontroller",
            "whatwg-encoding",
            "whatwg-readablestream",
            "whatwg-webstreams",
            "webstream",
            "structuredClone",
        ],
    ),
    Area::named("zlib", &["zlib"]),
];

/// Modules that no function has. A file that asks for one is about it, or about how another gets on with it.
const ABSENT: &[&str] = &[
    "child_process",
    "cluster",
    "dgram",
    "dns",
    "domain",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "net",
    "readline",
    "repl",
    "tls",
    "trace_events",
    "v8",
    "wasi",
];
/// Helpers of the suite that are of no use without those.
const ABSENT_HELPERS: &[&str] = &["child_process", "gc", "hijackstdio", "tmpdir", "wpt"];
/// Options of Node's command line that change what a script finds.
const OPTIONS: &[&str] = &[
    "abort-on-uncaught-exception",
    "allow-natives-syntax",
    "disable-proto",
    "expose-gc",
    "expose-internals",
    "expose_gc",
    "expose_internals",
    "experimental",
    "force-fips",
    "frozen-intrinsics",
    "icu-data-dir",
    "insecure-http-parser",
    "js-float16array",
    "max-old-space-size",
    "no-deprecation",
    "no-experimental",
    "permission",
    "secure-heap",
    "stack-size",
    "stack_size",
    "title",
    "throw-deprecation",
    "trace",
    "unhandled-rejections",
    "verify-base-objects",
    "zero-fill-buffers",
];

/// One file, ready to run.
#[derive(Debug, Clone, Serialize)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// It, and the scripts that it requires, by path.
    pub sources: BTreeMap<String, String>,
    /// Other files of the suite that it names, in base64, by path below `fixtures/`.
    pub fixtures: BTreeMap<String, String>,
}

/// The names of the files of an area.
pub fn names(suite: &Path, area: &Area) -> Result<Vec<String>> {
    let folder = suite.join("parallel");
    let listed = std::fs::read_dir(&folder).with_context(|| format!("reading `{}`", folder.display()))?;
    let mut names = Vec::new();
    for entry in listed {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if area.folders.iter().any(|start| belongs(&name, start)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Whether `test-START.js` or `test-START-….js` is this name.
fn belongs(name: &str, start: &str) -> bool {
    let rest = name.strip_prefix("test-").and_then(|name| name.strip_prefix(start));
    rest.is_some_and(|rest| rest.starts_with('-') || matches!(rest, ".js" | ".mjs"))
}

/// Why a file is about something that no function has, if so.
pub fn out_of_reach(name: &str, source: &str) -> Option<String> {
    if name.ends_with(".mjs") {
        return Some("it is a module, and the others are scripts".into());
    }
    if let Some(options) = source.lines().find_map(|line| line.strip_prefix("// Flags:")) {
        let option = OPTIONS.iter().find(|option| options.contains(&format!("--{option}")));
        if let Some(option) = option {
            return Some(format!("it needs Node's option --{option}"));
        }
    }
    for id in required(source) {
        let plain = id.strip_prefix("node:").unwrap_or(id);
        let helper = id.strip_prefix("../common/").is_some_and(|helper| ABSENT_HELPERS.contains(&helper));
        if helper || ABSENT.contains(&plain) || plain.starts_with("internal/") || plain.starts_with("_http") {
            return Some(format!("it needs `{id}`"));
        }
    }
    if source.contains("new Worker(") {
        return Some("it needs a thread".into());
    }
    None
}

/// What a source requires by name.
fn required(source: &str) -> impl Iterator<Item = &str> {
    source.split("require(").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        rest.get(1..)?.split(quote).next()
    })
}

impl Script {
    /// A file with what it requires and names.
    pub fn read(suite: &Path, name: &str, source: String, keepsakes: &[Keepsake]) -> Result<Self> {
        let mut sources = BTreeMap::new();
        let mut waiting = vec![(format!("/test/parallel/{name}"), source)];
        while let Some((path, source)) = waiting.pop() {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for id in required(&source).filter(|id| id.starts_with('.')) {
                let path = joined(folder, id);
                let path = if path.ends_with(".js") { path } else { format!("{path}.js") };
                let ours =
                    matches!(path.as_str(), "/test/common.js" | "/test/common/index.js" | "/test/common/fixtures.js");
                let file = suite.join(path.trim_start_matches("/test/"));
                if !ours && !sources.contains_key(&path) && file.is_file() {
                    waiting.push((path, std::fs::read_to_string(&file)?));
                }
            }
            sources.insert(path, source);
        }
        let mut fixtures = BTreeMap::new();
        for keepsake in keepsakes {
            if sources.values().any(|source| source.contains(&keepsake.sign)) {
                fixtures.insert(keepsake.path.clone(), keepsake.content.clone());
            }
        }
        Ok(Self { name: name.to_owned(), sources, fixtures })
    }
}

/// A path, relative to a folder, without dots.
fn joined(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in relative.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A file below `fixtures/` that scripts may name.
pub struct Keepsake {
    path: String,
    /// A source with this in it needs the file.
    sign: String,
    content: String,
}

/// Larger ones are no keys and no texts.
const LARGEST: u64 = 1 << 20;

/// Everything at the top of `fixtures/`, and in some of its folders.
pub fn keepsakes(suite: &Path) -> Result<Vec<Keepsake>> {
    let mut all = Vec::new();
    for below in ["", "keys/", "crypto/", "dotenv/", "wpt/url/resources/"] {
        let folder = suite.join("fixtures").join(below);
        let Ok(listed) = std::fs::read_dir(&folder) else { continue };
        for entry in listed {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let metadata = entry.path().metadata();
            if !metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST) {
                continue;
            }
            let content = STANDARD.encode(std::fs::read(entry.path())?);
            // Scripts and data are required without their endings, too.
            let sign = name.strip_suffix(".js").or_else(|| name.strip_suffix(".json")).unwrap_or(&name).to_owned();
            all.push(Keepsake { path: format!("{below}{name}"), sign, content });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{belongs, joined, out_of_reach, required};

    #[test]
    fn a_name_begins_with_its_area() {
        assert!(belongs("test-util.js", "util") && belongs("test-util-format.js", "util"));
        assert!(!belongs("test-utility.js", "util") && !belongs("util.js", "util"));
    }

    #[test]
    fn what_is_required_is_found() {
        let source = "const a = require('a'), b = require(\"../b\"); require(c); require('";
        assert_eq!(required(source).collect::<Vec<_>>(), ["a", "../b", ""]);
        assert_eq!(joined("/test/parallel", "../common/crypto"), "/test/common/crypto");
        assert_eq!(joined("/test", "./a"), "/test/a");
    }

    #[test]
    fn what_no_function_has_is_out_of_reach() {
        let why = |source: &str| out_of_reach("test-a.js", source);
        assert_eq!(why("'use strict';\nrequire('assert');"), None);
        assert_eq!(why("// Flags: --no-warnings --expose-gc\n").as_deref(), Some("it needs Node's option --expose-gc"));
        assert_eq!(why("require('node:net')").as_deref(), Some("it needs `node:net`"));
        assert_eq!(why("require('internal/util')").as_deref(), Some("it needs `internal/util`"));
        assert_eq!(why("require('../common/tmpdir')").as_deref(), Some("it needs `../common/tmpdir`"));
        assert!(why("new Worker(__filename)").is_some() && out_of_reach("test-a.mjs", "").is_some());
    }
}
