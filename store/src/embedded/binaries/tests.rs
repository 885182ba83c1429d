use super::*;
use crate::testing::{embedded_options, script, temp_dir};
use std::fs;
use tempfile::TempDir;

/// A directory with programs that say they are this version.
fn fake(dir: &Path, version: &str) -> PathBuf {
    fs::create_dir_all(dir).unwrap();
    for program in ["initdb", "postgres"] {
        script(&dir.join(program), &format!("echo 'postgres (PostgreSQL) {version}'"));
    }
    dir.to_owned()
}

/// A machine with these installed, and with a `PATH`.
fn machine(patterns: &[PathBuf], path: &[&Path]) -> Environment {
    let patterns: Vec<&'static str> = patterns.iter().map(|path| &*path.to_str().unwrap().to_owned().leak()).collect();
    let path = std::env::join_paths(path).unwrap();
    Environment::new([("PATH".into(), path)], patterns.leak())
}

fn options(dir: &TempDir) -> EmbeddedOptions {
    let cache_dir = dir.path().join("cache");
    EmbeddedOptions { allow_download: false, cache_dir, ..embedded_options(dir) }
}

fn found(
    options: &EmbeddedOptions,
    environment: &Environment,
    existing: Option<u32>,
) -> Result<(PathBuf, u32), String> {
    let found = locate(options, environment, &Account::Own, existing).map_err(|error| error.to_string())?;
    Ok((found.dir, found.major))
}

#[test]
fn the_newest_installed_is_taken_or_the_one_that_made_the_data() {
    let dir = temp_dir();
    let lib = dir.path().join("lib");
    let [old, two, three, nine] =
        [("14", "14.9"), ("15", "15.18 (Debian 15.18-0+deb12u1)"), ("18", "18beta1"), ("9", "9.6.24")]
            .map(|(name, version)| fake(&lib.join(name).join("bin"), version));
    fs::create_dir(lib.join("not-a-version")).unwrap();
    let machine = machine(&[dir.path().join("missing/*/bin"), lib.join("*/bin")], &[]);
    assert_eq!(machine.installed(), [&three, &two, &old, &nine].map(PathBuf::from));
    let options = options(&dir);
    assert_eq!(found(&options, &machine, None).unwrap(), (three, 18));
    assert_eq!(found(&options, &machine, Some(15)).unwrap(), (two, 15));
    assert_eq!(found(&options, &machine, Some(14)).unwrap(), (old, 14), "data that is there is opened");
    let error = found(&options, &machine, Some(16)).unwrap_err();
    for part in ["PostgreSQL 16, which made this data directory", "install it", "DATABASE_URL", "allow the download"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn programs_on_the_path_come_first() {
    let dir = temp_dir();
    let (asked, real) = (fake(&dir.path().join("asked"), "16.1"), fake(&dir.path().join("real"), "17.1"));
    let newer = fake(&dir.path().join("newer"), "18.1");
    let bin = dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    // A link to the program, as distributions place it, and no `initdb` beside it.
    std::os::unix::fs::symlink(real.join("postgres"), bin.join("postgres")).unwrap();
    let options = options(&dir);
    assert_eq!(found(&options, &machine(std::slice::from_ref(&newer), &[&bin]), None).unwrap(), (real, 17));
    script(&bin.join("pg_config"), &format!("echo {}", asked.display()));
    assert_eq!(found(&options, &machine(&[newer], &[&bin]), None).unwrap(), (asked, 16));
}

#[test]
fn a_directory_that_is_given_is_used_or_refused() {
    let dir = temp_dir();
    let machine = machine(&[fake(&dir.path().join("installed"), "17.1")], &[]);
    let given = |bin_dir: PathBuf| EmbeddedOptions { bin_dir: Some(bin_dir), ..options(&dir) };
    let good = fake(&dir.path().join("good"), "16.1");
    assert_eq!(found(&given(good.clone()), &machine, None).unwrap(), (good.clone(), 16));
    let error = found(&given(good), &machine, Some(17)).unwrap_err();
    assert!(
        error.contains("it is version 16, but PostgreSQL 17, which made this data directory, is needed"),
        "{error}"
    );
    let error = found(&given(fake(&dir.path().join("old"), "14.1")), &machine, None).unwrap_err();
    assert!(error.contains("it is version 14, but PostgreSQL 15 or later is needed"), "{error}");
    let error = found(&given(dir.path().join("none")), &machine, None).unwrap_err();
    assert!(error.contains("none` is not usable") && error.contains("there is no `initdb` in it"), "{error}");
    let broken = fake(&dir.path().join("broken"), "17.1");
    script(&broken.join("postgres"), "echo 'libicu is missing' >&2; exit 127");
    let error = found(&given(broken), &machine, None).unwrap_err();
    assert!(error.contains("libicu is missing"), "{error}");
}

#[test]
fn a_package_in_the_cache_needs_no_network() {
    let dir = temp_dir();
    let options = options(&dir);
    let empty = machine(&[], &[]);
    let error = found(&options, &empty, None).unwrap_err();
    assert!(error.contains("PostgreSQL 15 or later was found (and downloading it is not allowed)"), "{error}");
    let Some(pin) = Pin::find(None) else { return };
    let cached = fake(&package::cached(&options.cache_dir, pin), "17.10");
    assert_eq!(found(&options, &empty, None).unwrap(), (cached.clone(), 17));
    script(&cached.join("postgres"), "exit 1");
    let error = found(&options, &empty, None).unwrap_err();
    assert!(error.contains("does not run here"), "{error}");
}
