//! Modules at addresses: fetched once, at deploy, where the operator allows it, under the egress policy of functions. What was
//! fetched is part of the module that is stored, and its hash is stored with it.

use super::{ModulesError, Project, Texts};
use futures::StreamExt as _;
use ramekin_host_api::AppInfo;
use ramekin_host_api::ports::{Content, Fetch, FetchRequest, Redirect};
use ramekin_model::limits;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What paths of such modules begin with. No path of an author's file has a colon.
pub(super) const PREFIX: &str = "https:/";
/// Modules of one function.
const MAX_MODULES: usize = 200;
/// How long one may take.
const TIME: Duration = Duration::from_secs(20);
/// Requests at once.
const PARALLEL: usize = 8;
/// Ends of addresses that say what a module is.
const EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "js", "jsx", "mjs", "json"];

/// The files of a function together with modules at addresses.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) project: Arc<Project>,
    /// Texts by path.
    pub(super) texts: BTreeMap<String, String>,
    /// Paths by address, as it was asked for.
    paths: BTreeMap<String, String>,
    allowed: bool,
}

impl Loaded {
    pub(super) fn new(project: Arc<Project>, allowed: bool) -> Self {
        Self { project, texts: BTreeMap::new(), paths: BTreeMap::new(), allowed }
    }

    /// Hashes by address.
    pub(super) fn hashes(&self) -> BTreeMap<String, String> {
        let hash = |(address, path): (&String, &String)| Some((address.clone(), hash(self.texts.get(path)?)));
        self.paths.iter().filter_map(hash).collect()
    }

    /// Fetches these. The error is of the address.
    pub(super) async fn fetch(
        &mut self,
        client: &Arc<dyn Fetch>,
        app: &Arc<AppInfo>,
        addresses: Vec<String>,
    ) -> Result<(), (String, String)> {
        if self.paths.len() + addresses.len() > MAX_MODULES {
            let first = addresses.into_iter().next().unwrap_or_default();
            return Err((first, format!("a function may load at most {MAX_MODULES} modules from other servers")));
        }
        let one = |address: String| async move {
            let fetched = tokio::time::timeout(TIME, get(client, app, &address)).await;
            (address, fetched.unwrap_or_else(|_| Err(format!("it took more than {} seconds", TIME.as_secs()))))
        };
        let mut fetched = futures::stream::iter(addresses.into_iter().map(one)).buffer_unordered(PARALLEL);
        while let Some((address, outcome)) = fetched.next().await {
            let (path, text) = outcome.map_err(|why| (address.clone(), why))?;
            self.paths.insert(address.clone(), path.clone());
            self.texts.insert(path, text);
            let files: usize = self.project.files.values().chain(self.texts.values()).map(String::len).sum();
            if files > limits::MAX_SOURCE {
                return Err((
                    address,
                    format!("the function's texts are more than {} bytes together", limits::MAX_SOURCE),
                ));
            }
        }
        Ok(())
    }
}

impl Texts for Loaded {
    fn has(&self, path: &str) -> bool {
        self.texts.contains_key(path) || self.project.has(path)
    }

    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        let fetched = self.texts.get(path).map(|text| Cow::Borrowed(text.as_str()));
        fetched.or_else(|| self.project.text(path))
    }

    fn is_one(&self) -> bool {
        self.project.is_one()
    }

    fn loads(&self) -> bool {
        self.allowed
    }

    fn at(&self, address: &str) -> Option<&str> {
        self.paths.get(address).map(String::as_str)
    }
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why a module is another one than at the deploy before, if it is.
pub(super) fn changed(loaded: &Loaded, before: &BTreeMap<String, String>) -> Option<String> {
    let other = |(address, hash): &(String, String)| before.get(address).is_some_and(|known| known != hash);
    loaded.hashes().into_iter().find(other).map(|(address, _)| address)
}

/// Path and text of the module at an address.
async fn get(client: &Arc<dyn Fetch>, app: &Arc<AppInfo>, address: &str) -> Result<(String, String), String> {
    let mut headers = http::HeaderMap::new();
    let accepted =
        http::HeaderValue::from_static("application/typescript, text/typescript, text/javascript, */*;q=0.5");
    headers.insert(http::header::ACCEPT, accepted);
    let request = FetchRequest {
        app: Arc::clone(app),
        method: http::Method::GET,
        url: address.to_owned(),
        headers,
        body: Content::Empty,
        redirect: Redirect::Follow,
    };
    let response = client.send(request).await.map_err(|error| error.to_string())?;
    if response.status != 200 {
        return Err(format!("the server answers {}", response.status));
    }
    let kind = response.headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let path = path_of(&response.url, kind)?;
    let mut bytes = Vec::new();
    match response.body {
        Content::Empty => {}
        Content::Bytes(all) => bytes.extend_from_slice(&all),
        Content::Stream(mut stream) => {
            while let Some(piece) = stream.next().await {
                bytes.extend_from_slice(&piece.map_err(|error| error.to_string())?);
                if bytes.len() > limits::MAX_SOURCE {
                    break;
                }
            }
        }
    }
    if bytes.len() > limits::MAX_SOURCE {
        return Err(format!("it is larger than {} bytes", limits::MAX_SOURCE));
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok((path, text))
}

/// The path under which a module is kept: its address, with an end that says what it is.
fn path_of(address: &str, kind: &str) -> Result<String, String> {
    let url = url::Url::parse(address).map_err(|error| error.to_string())?;
    if url.scheme() != "https" {
        return Err("it leads to an address without TLS".into());
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut path = url.path().trim_matches('/').to_owned();
    let extension = ramekin_bundler::extension_of(&path).to_owned();
    let known = EXTENSIONS.contains(&extension.as_str());
    let end = match kind.split(';').next().unwrap_or_default().trim() {
        _ if known => extension.as_str(),
        "application/typescript" | "text/typescript" | "video/mp2t" | "application/x-typescript" => "ts",
        "text/tsx" => "tsx",
        "text/jsx" => "jsx",
        "application/json" => "json",
        _ => "js",
    };
    if let Some(query) = url.query() {
        path = path.strip_suffix(&format!(".{end}")).unwrap_or(&path).to_owned();
        path.push('~');
        path.extend(hash(query).chars().take(12));
    }
    if url.query().is_some() || !known {
        path = format!("{path}.{end}");
    }
    Ok(format!("{PREFIX}{host}{port}/{path}"))
}

/// The address of a module at such a path, when it is relative to one that was fetched.
pub(super) fn address_of(path: &str) -> Option<String> {
    path.strip_prefix(PREFIX).map(|rest| format!("https://{rest}"))
}

/// A failure that names the module.
pub(super) fn failed(address: &str, why: &str) -> ModulesError {
    ModulesError::Registry(format!(
        "the module `{}` cannot be loaded: {why}",
        ramekin_bundler::specifier::shown(address)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::BoxFuture;
    use ramekin_host_api::ports::{FetchError, FetchResponse, SocketRequest, WebSocket};

    struct Web(BTreeMap<&'static str, (&'static str, &'static str)>);

    impl Fetch for Web {
        fn send(&self, request: FetchRequest) -> BoxFuture<'static, Result<FetchResponse, FetchError>> {
            let answer = match self.0.get(request.url.as_str()) {
                Some((url, text)) => Ok(FetchResponse {
                    status: 200,
                    url: (*url).to_owned(),
                    redirected: false,
                    headers: http::HeaderMap::new(),
                    body: Content::Bytes((*text).into()),
                }),
                None => Err(FetchError::Denied("private addresses are not reached".into())),
            };
            Box::pin(async { answer })
        }

        fn open(&self, _: SocketRequest) -> BoxFuture<'static, Result<Arc<dyn WebSocket>, FetchError>> {
            Box::pin(async { Err(FetchError::Denied("only modules are fetched".into())) })
        }
    }

    fn app() -> Arc<AppInfo> {
        Arc::new(AppInfo {
            id: "a".into(),
            name: "a".into(),
            subdomain: None,
            owner_id: uuid::Uuid::nil(),
            anon_key: String::new(),
        })
    }

    #[tokio::test]
    async fn modules_are_fetched_under_the_policy() {
        let web = [("https://x.test/a.ts", ("https://y.test/b.ts", "export {}"))];
        let client: Arc<dyn Fetch> = Arc::new(Web(web.into()));
        let project = Arc::new(Project::of_one("f.ts".into(), String::new()));
        let mut loaded = Loaded::new(project, true);
        loaded.fetch(&client, &app(), vec!["https://x.test/a.ts".into()]).await.unwrap();
        assert_eq!(loaded.at("https://x.test/a.ts"), Some("https:/y.test/b.ts"));
        assert_eq!(loaded.text("https:/y.test/b.ts").as_deref(), Some("export {}"));
        let hashes = loaded.hashes();
        assert_eq!(changed(&loaded, &hashes), None);
        let other = BTreeMap::from([("https://x.test/a.ts".to_owned(), "00".to_owned())]);
        assert_eq!(changed(&loaded, &other).as_deref(), Some("https://x.test/a.ts"));
        let (address, why) = loaded.fetch(&client, &app(), vec!["https://10.0.0.1/".into()]).await.unwrap_err();
        assert!(address.contains("10.0.0.1") && why.contains("private"), "{why}");
        let many = (0..=MAX_MODULES).map(|n| format!("https://x.test/{n}")).collect();
        assert!(loaded.fetch(&client, &app(), many).await.unwrap_err().1.contains("at most 200"));
    }

    #[test]
    fn paths_say_what_a_module_is() {
        let path = |address: &str, kind: &str| path_of(address, kind).unwrap();
        assert_eq!(path("https://x.test/a/b.ts", "text/plain"), "https:/x.test/a/b.ts");
        assert_eq!(
            path("https://x.test:8443/mod", "application/typescript; charset=utf-8"),
            "https:/x.test:8443/mod.ts"
        );
        assert_eq!(path("https://x.test/mod@1.2", ""), "https:/x.test/mod@1.2.js");
        let query = path("https://x.test/a.ts?v=1", "");
        assert!(query.starts_with("https:/x.test/a~") && query.ends_with(".ts"), "{query}");
        assert!(path_of("http://x.test/a.ts", "").is_err());
        assert_eq!(address_of("https:/x.test/a/b.ts").as_deref(), Some("https://x.test/a/b.ts"));
    }
}
