//! What the search for PostgreSQL sees of the machine, as a value, so that a test can show it another machine.

use ramekin_npm::Environment as Variables;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Environment variables, and where packages put PostgreSQL.
#[derive(Clone, Default)]
pub(super) struct Environment {
    variables: Variables,
    /// Directories of binaries, with `*` as a name's part that is a version.
    installed: &'static [&'static str],
}

/// Debian and Ubuntu, PGDG on Red Hat, Alpine, Arch and source builds, Homebrew on both architectures, Postgres.app.
const INSTALLED: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

impl Environment {
    /// The real one.
    pub(super) fn of_process() -> Self {
        Self::new(std::env::vars_os(), INSTALLED)
    }

    pub(super) fn new(
        vars: impl IntoIterator<Item = (OsString, OsString)>,
        installed: &'static [&'static str],
    ) -> Self {
        Self { variables: Variables::new(vars), installed }
    }

    /// Its variables, for the search for the npm configuration.
    pub(super) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// The program of this name on the `PATH`.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        self.variables.program(name)
    }

    /// The directories there are among the well-known ones, the newest version of each first.
    pub(super) fn installed(&self) -> Vec<PathBuf> {
        self.installed.iter().flat_map(|pattern| expand(pattern)).collect()
    }
}

/// The directories that a pattern with at most one `*` stands for.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![pattern.into()];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = Path::new(parent).read_dir() else {
        return Vec::new();
    };
    let version = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let version: f32 = name.strip_prefix(prefix)?.parse().ok()?;
        Some((version, format!("{parent}/{name}{after}")))
    };
    let mut found: Vec<(f32, String)> = entries.flatten().filter_map(version).collect();
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.into_iter().map(|(_, path)| path.into()).collect()
}
