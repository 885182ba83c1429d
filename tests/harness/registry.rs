//! A registry of packages on the loopback address, so that tests need no other. It has what is in `tests/packages/`:
//! archives of real packages, which `cargo xtask vendor-packages` makes, and folders `name@version` for packages of the scope
//! `@fixture`. Those of that scope with these names do harm:
//!
//! | Package | What is wrong |
//! |---|---|
//! | `bomb` | unpacks to a quarter of a gigabyte |
//! | `dots` | a file named `../../outside.js` |
//! | `absolute` | a file named `/tmp/ramekin-outside.js` |
//! | `link` | a link to `/etc/passwd` |
//! | `tampered` | not what its hash says |
//! | `crowd` | thirty thousand files |
//! | `deep` | a million brackets, one in the other |
//! | `endless` | more code than a bundler has time for |
//! | `circle` | its archive is a redirect to itself |
//! | `broken` | the registry fails |
//! | `silent` | the registry does not answer |
//! | `wordy` | what the registry says of it does not end |
//! | `nonsense` | what the registry says of it is no JSON |

use crate::server::{Home, Setup};
use anyhow::{Context as _, Result, anyhow};
use base64::Engine as _;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{Request, Response, StatusCode, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ramekin_npm::Environment;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha512};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tar::{Archive, Builder, EntryType, Header};
use tokio::net::TcpListener;

/// Packages with something wrong in their archive.
const HOSTILE: &[&str] = &["bomb", "dots", "absolute", "link", "tampered", "crowd", "deep", "endless"];

/// The scope of the packages that PostgreSQL comes in.
const POSTGRES: &str = "@embedded-postgres";
/// The scope of packages that are there for tests alone.
const FIXTURE: &str = "@fixture/";

type Body = BoxBody<Bytes, Infallible>;

/// The registry; it runs as long as the process.
#[derive(Clone)]
pub struct Registry {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    /// Archives by name and version.
    packages: BTreeMap<(String, String), Package>,
    hostile: Mutex<BTreeMap<String, Vec<u8>>>,
    down: AtomicBool,
    asked: AtomicUsize,
}

struct Package {
    archive: Vec<u8>,
    json: Value,
}

impl Registry {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port, or the packages cannot be read.
    pub async fn start() -> Result<Self> {
        let packages = read_packages(&crate::repository().join("tests/packages"))?;
        let inner = Arc::new(Inner {
            packages,
            hostile: Mutex::default(),
            down: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inner = Arc::clone(&serving);
                let answer = move |request| answer(Arc::clone(&inner), address, request);
                let serve = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(answer));
                // A client that goes away is no failure of the registry.
                tokio::spawn(async move { drop(serve.await) });
            }
        });
        Ok(Self { address, inner })
    }

    /// From now on it answers nothing but that it fails, or works again.
    pub fn set_down(&self, down: bool) {
        self.inner.down.store(down, Ordering::SeqCst);
    }

    /// How many requests it was sent.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// How to start a server in this home that takes packages from here, and PostgreSQL, where none is installed, from where
    /// the developer's npm configuration says.
    ///
    /// # Errors
    /// When the configuration cannot be written.
    pub fn setup(&self, home: &Home) -> Result<Setup> {
        let own = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let npmrc = std::fs::read_to_string(own.join(".npmrc")).unwrap_or_default();
        let developers = ramekin_npm::Registry::of(&format!("{POSTGRES}/any"), &Environment::of_process());
        let base = developers.map_err(|why| anyhow!("the npm configuration of this account: {why}"))?.base;
        let text = format!("{npmrc}\n{POSTGRES}:registry={base}\n");
        std::fs::write(home.path().join(".npmrc"), text).context("writing the npm configuration")?;
        // What others have downloaded is found where it is.
        let cache = std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| own.join(".cache").display().to_string());
        Ok(Setup::default()
            .with("HOME", home.path().display().to_string())
            .with("XDG_CACHE_HOME", cache)
            // This comes before what files say.
            .with("npm_config_registry", format!("http://{}/", self.address)))
    }
}

async fn answer(
    inner: Arc<Inner>,
    address: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    inner.asked.fetch_add(1, Ordering::SeqCst);
    let path = request.uri().path().replace("%2f", "/").replace("%2F", "/");
    let path = path.trim_start_matches('/');
    let (package, file) = path.split_once("/-/").map_or((path, None), |(package, file)| (package, Some(file)));
    // What does harm goes by its name without the scope.
    let fixture = package.strip_prefix(FIXTURE).unwrap_or_default();
    if inner.down.load(Ordering::SeqCst) || fixture == "broken" {
        return Ok(status(StatusCode::INTERNAL_SERVER_ERROR));
    }
    if fixture == "silent" {
        std::future::pending::<()>().await;
    }
    if fixture == "wordy" {
        return Ok(endless());
    }
    Ok(match file {
        None if fixture == "nonsense" => whole("<html>", "text/html"),
        None => metadata(&inner, address, package),
        Some(_) if fixture == "circle" => redirect(&format!("/{path}")),
        Some(file) => archive(&inner, package, file),
    })
}

fn metadata(inner: &Inner, address: SocketAddr, name: &str) -> Response<Body> {
    let mut versions = Map::new();
    let mut latest = String::new();
    for ((_, version), package) in inner.packages.iter().filter(|((known, _), _)| known == name) {
        versions.insert(version.clone(), described(&package.json, &package.archive, address, name, version));
        latest.clone_from(version);
    }
    if let Some(archive) = hostile(inner, name) {
        let json = json!({ "name": name, "version": "1.0.0" });
        let content: &[u8] = if name.ends_with("/tampered") { b"something else" } else { &archive };
        versions.insert("1.0.0".into(), described(&json, content, address, name, "1.0.0"));
        latest = "1.0.0".into();
    }
    if versions.is_empty() {
        return status(StatusCode::NOT_FOUND);
    }
    let all = json!({ "name": name, "dist-tags": { "latest": latest }, "versions": versions });
    whole(all.to_string(), "application/json")
}

fn described(json: &Value, archive: &[u8], address: SocketAddr, name: &str, version: &str) -> Value {
    let dist = json!({
        "tarball": format!("http://{address}/{name}/-/{}-{version}.tgz", bare(name)),
        "integrity": integrity(archive),
    });
    let mut described = json.as_object().cloned().unwrap_or_default();
    described.insert("dist".into(), dist);
    described.into()
}

fn archive(inner: &Inner, name: &str, file: &str) -> Response<Body> {
    let version = file.strip_prefix(&format!("{}-", bare(name))).and_then(|rest| rest.strip_suffix(".tgz"));
    let known = version.and_then(|version| inner.packages.get(&(name.to_owned(), version.to_owned())));
    let bytes = known.map(|package| package.archive.clone()).or_else(|| hostile(inner, name));
    bytes.map_or_else(|| status(StatusCode::NOT_FOUND), |bytes| whole(bytes, "application/octet-stream"))
}

/// A name without its scope.
fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Made when it is asked for: some take a moment.
fn hostile(inner: &Inner, name: &str) -> Option<Vec<u8>> {
    let name = name.strip_prefix(FIXTURE)?;
    if name == "circle" {
        return Some(Vec::new());
    }
    if !HOSTILE.contains(&name) {
        return None;
    }
    let mut made = inner.hostile.lock().unwrap_or_else(PoisonError::into_inner);
    if !made.contains_key(name) {
        made.insert(name.to_owned(), harmful(name).ok()?);
    }
    made.get(name).cloned()
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", base64::engine::general_purpose::STANDARD.encode(Sha512::digest(bytes)))
}

fn whole(content: impl Into<Bytes>, kind: &str) -> Response<Body> {
    let response = Response::builder().header(header::CONTENT_TYPE, kind);
    response.body(Full::new(content.into()).boxed()).unwrap_or_default()
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = whole(status.to_string(), "text/plain");
    *response.status_mut() = status;
    response
}

fn redirect(to: &str) -> Response<Body> {
    let response = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, to);
    response.body(Full::default().boxed()).unwrap_or_default()
}

fn endless() -> Response<Body> {
    Response::new(Endless(Bytes::from(vec![b' '; 1 << 20])).boxed())
}

/// One piece again and again.
struct Endless(Bytes);

impl hyper::body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(self.0.clone()))))
    }
}

fn read_packages(folder: &Path) -> Result<BTreeMap<(String, String), Package>> {
    let mut packages = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))?.flatten() {
        let label = entry.file_name().to_string_lossy().into_owned();
        let (key, package) = if let Some(label) = label.strip_suffix(".tgz") {
            let archive = std::fs::read(entry.path())?;
            let json = package_json(&archive).with_context(|| format!("package.json of `{label}`"))?;
            (label.replace('+', "/"), Package { archive, json })
        } else if entry.path().is_dir() {
            let json = serde_json::from_slice(&std::fs::read(entry.path().join("package.json"))?)
                .with_context(|| format!("package.json of `{label}`"))?;
            let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
            archive.append_dir_all("package", entry.path())?;
            (format!("{FIXTURE}{label}"), Package { archive: archive.into_inner()?.finish()?, json })
        } else {
            continue;
        };
        let (name, version) = key.rsplit_once('@').with_context(|| format!("`{label}` is no name@version"))?;
        packages.insert((name.to_owned(), version.to_owned()), package);
    }
    Ok(packages)
}

fn package_json(archive: &[u8]) -> Result<Value> {
    for entry in Archive::new(GzDecoder::new(archive)).entries()? {
        let mut entry = entry?;
        if entry.path()?.as_ref() == Path::new("package/package.json") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            return Ok(serde_json::from_str(&text)?);
        }
    }
    anyhow::bail!("it has none")
}

fn harmful(name: &str) -> io::Result<Vec<u8>> {
    let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let json = br#"{"name":"@fixture/x","version":"1.0.0","main":"index.js"}"#;
    append(&mut archive, "package/package.json", json.as_slice(), json.len() as u64)?;
    match name {
        "bomb" => append(&mut archive, "package/index.js", io::repeat(b' '), 1 << 28)?,
        "dots" => append_raw(&mut archive, b"package/../../outside.js")?,
        "absolute" => append_raw(&mut archive, b"/tmp/ramekin-outside.js")?,
        "link" => {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            archive.append_link(&mut header, "package/index.js", "/etc/passwd")?;
        }
        "crowd" => {
            for n in 0..30_000 {
                append(&mut archive, &format!("package/f{n}.js"), io::empty(), 0)?;
            }
        }
        "deep" => {
            let code = format!("export default {}{};", "[".repeat(1_000_000), "]".repeat(1_000_000));
            append(&mut archive, "package/index.js", code.as_bytes(), code.len() as u64)?;
        }
        "endless" => {
            let code: String = (0..400).map(|n| format!("export * from './f{n}.js';\n")).collect();
            append(&mut archive, "package/index.js", code.as_bytes(), code.len() as u64)?;
            for n in 0..400 {
                let code: String =
                    (0..6_000).map(|m| format!("export function f{n}_{m}(a,b){{return a+b*{m}}}\n")).collect();
                append(&mut archive, &format!("package/f{n}.js"), code.as_bytes(), code.len() as u64)?;
            }
        }
        _ => append(&mut archive, "package/index.js", b"export {};".as_slice(), 10)?,
    }
    archive.into_inner()?.finish()
}

fn append(archive: &mut Builder<GzEncoder<Vec<u8>>>, path: &str, content: impl Read, size: u64) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    archive.append_data(&mut header, path, content.take(size))
}

/// With a name that the library would not write.
fn append_raw(archive: &mut Builder<GzEncoder<Vec<u8>>>, path: &[u8]) -> io::Result<()> {
    let mut header = Header::new_old();
    for (place, byte) in header.as_old_mut().name.iter_mut().zip(path) {
        *place = *byte;
    }
    header.set_size(4);
    header.set_mode(0o644);
    header.set_cksum();
    archive.get_mut().flush()?;
    archive.append(&header, b"1;2;".as_slice())
}
