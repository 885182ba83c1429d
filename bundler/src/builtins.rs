//! Modules that the engine has itself: Node's by their names, and stand-ins for packages that cannot work in a sandbox as
//! they are.

/// Names of Node's modules. Imported with or without `node:`.
const NODE: &[&str] = &[
    "_http_agent",
    "_http_client",
    "_http_common",
    "_http_incoming",
    "_http_outgoing",
    "_http_server",
    "_stream_duplex",
    "_stream_passthrough",
    "_stream_readable",
    "_stream_transform",
    "_stream_wrap",
    "_stream_writable",
    "_tls_common",
    "_tls_wrap",
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Packages that the engine stands in for: what they do needs sockets or native code.
const PACKAGES: &[(&str, &str)] = &[
    ("pg", "ramekin:pg"),
    ("postgres", "ramekin:postgres"),
    ("bcrypt", "ramekin:bcrypt"),
    ("bcryptjs", "ramekin:bcrypt"),
    ("argon2", "ramekin:argon2"),
];

/// The name under which the engine has a module, if it is one of Node's or its own.
pub fn module(specifier: &str) -> Option<String> {
    if specifier.starts_with("node:") || specifier.starts_with("ramekin:") {
        return Some(specifier.to_owned());
    }
    // `util/` is how packages ask for a package of that name.
    NODE.contains(&specifier).then(|| format!("node:{specifier}"))
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
        assert_eq!(module("fs/promises").as_deref(), Some("node:fs/promises"));
        assert_eq!(module("node:test").as_deref(), Some("node:test"), "only with its prefix");
        assert_eq!(module("ramekin:pg").as_deref(), Some("ramekin:pg"));
        for package in ["test", "util/", "lodash", "fs-extra"] {
            assert_eq!(module(package), None, "{package}");
        }
        assert!(NODE.is_sorted());
    }

    #[test]
    fn stand_ins() {
        assert_eq!(stand_in("bcryptjs"), Some("ramekin:bcrypt"));
        assert_eq!(stand_in("pg-pool"), None);
    }
}
