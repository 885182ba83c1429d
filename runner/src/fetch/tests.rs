//! The client against small servers on this machine, which a fake network puts at any address: what is asserted of
//! forbidden addresses is that nothing is ever dialled there.

mod bounds;
mod egress;
mod http2;
mod web_socket;

use super::share::Permit;
use super::*;
use futures::TryStreamExt as _;
use ramekin_host_api::AppInfo;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What names resolve to, one answer after the other; the last stays.
type Names = HashMap<String, Vec<Vec<IpAddr>>>;

/// Every connection leads to the one server. What is looked up and dialled is written down.
struct Fake {
    names: Names,
    server: SocketAddr,
    looked_up: Mutex<Vec<String>>,
    dialled: Mutex<Vec<SocketAddr>>,
}

impl Fake {
    fn new(names: Names, server: SocketAddr) -> Arc<Self> {
        Arc::new(Self { names, server, looked_up: Mutex::default(), dialled: Mutex::default() })
    }
}

impl Network for Fake {
    fn resolve(&self, host: &str, _: Permit) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.trim_end_matches('.').to_owned();
        let mut looked_up = self.looked_up.lock().unwrap();
        let before = looked_up.iter().filter(|name| **name == host).count();
        let found = self.names.get(&host).map(|answers| answers[before.min(answers.len() - 1)].clone());
        looked_up.push(host);
        Box::pin(async move { found.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }

    fn dial(&self, address: SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>> {
        self.dialled.lock().unwrap().push(address);
        Box::pin(TcpStream::connect(self.server))
    }
}

struct Setting {
    client: Client,
    fake: Arc<Fake>,
    requests: Arc<Mutex<Vec<String>>>,
}

const NAMES: [(&str, &[&str]); 5] = [
    ("a.example", &["93.184.215.14"]),
    ("b.example", &["93.184.215.15"]),
    ("inside.example", &["10.0.0.7"]),
    ("both.example", &["192.168.1.1", "93.184.215.16", "::1"]),
    ("mapped.example", &["::ffff:169.254.169.254"]),
];

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn usual_names() -> Names {
    NAMES.into_iter().map(|(name, texts)| (name.to_owned(), vec![addresses(texts)])).collect()
}

/// More than any test needs.
fn plenty() -> Supply {
    Supply::new(1000, 1000)
}

/// TLS with servers that these vouch for.
fn trusting(roots: rustls::RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

async fn setting(allowed: &str, answer: fn(&str) -> String) -> Setting {
    setting_within(allowed, plenty(), answer).await
}

async fn setting_within(allowed: &str, sockets: Supply, answer: fn(&str) -> String) -> Setting {
    setting_of(EgressPolicy::new(false, allowed).unwrap(), usual_names(), sockets, answer).await
}

/// A client whose every connection leads to a server that answers each request with what `answer` makes of it.
async fn setting_of(policy: EgressPolicy, names: Names, sockets: Supply, answer: fn(&str) -> String) -> Setting {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let fake = Fake::new(names, listener.local_addr().unwrap());
    let requests = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, Arc::clone(&seen), answer));
        }
    });
    let network: Arc<dyn Network> = Arc::<Fake>::clone(&fake);
    let tls = trusting(rustls::RootCertStore::empty());
    Setting { client: Client::within(policy, network, tls, plenty(), sockets), fake, requests }
}

async fn serve(mut stream: TcpStream, requests: Arc<Mutex<Vec<String>>>, answer: fn(&str) -> String) {
    let mut buffer = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await.unwrap_or_default() == 0 {
                return;
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length: usize =
            text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or_default();
        let chunked = text.contains("transfer-encoding: chunked");
        while buffer.len() < head + length || (chunked && !buffer.ends_with(b"0\r\n\r\n")) {
            if stream.read_buf(&mut buffer).await.unwrap_or_default() == 0 {
                return;
            }
        }
        let request = String::from_utf8_lossy(&std::mem::take(&mut buffer)).into_owned();
        let reply = answer(&request);
        requests.lock().unwrap().push(request);
        stream.write_all(reply.as_bytes()).await.unwrap();
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn moved(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

fn app(id: &str) -> Arc<AppInfo> {
    Arc::new(AppInfo {
        id: id.into(),
        name: "app".into(),
        owner_id: uuid::Uuid::nil(),
        subdomain: None,
        anon_key: String::new(),
    })
}

fn get(url: &str) -> FetchRequest {
    FetchRequest {
        app: app("app_1"),
        method: Method::GET,
        url: url.into(),
        headers: HeaderMap::new(),
        body: Content::Empty,
        redirect: Redirect::Follow,
    }
}

fn post(url: &str, body: Content) -> FetchRequest {
    FetchRequest { method: Method::POST, body, ..get(url) }
}

fn with_headers(request: FetchRequest, fields: &[(&'static str, &'static str)]) -> FetchRequest {
    let headers = fields.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
    FetchRequest { headers, ..request }
}

async fn text(body: Content) -> io::Result<String> {
    match body {
        Content::Empty => Ok(String::new()),
        Content::Bytes(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Content::Stream(stream) => {
            let pieces: Vec<Bytes> = stream.try_collect().await?;
            Ok(String::from_utf8_lossy(&pieces.concat()).into_owned())
        }
    }
}

impl Setting {
    fn request(&self, at: usize) -> String {
        self.requests.lock().unwrap()[at].clone()
    }

    fn dialled(&self) -> Vec<SocketAddr> {
        self.fake.dialled.lock().unwrap().clone()
    }

    async fn denied(&self, url: &str) -> String {
        self.refused(get(url)).await
    }

    async fn refused(&self, request: FetchRequest) -> String {
        let url = request.url.clone();
        match self.client.send(request).await {
            Err(FetchError::Denied(text)) => text,
            other => panic!("{url}: {:?}", other.map(|response| response.status)),
        }
    }
}

#[tokio::test]
async fn sends_what_it_is_given_and_gives_back_what_comes() {
    let setting = setting("", |_| ok("hello")).await;
    let request = post("http://a.example/path?q=1#part", Content::Bytes("body".into()));
    let fields = [
        ("x-own", "1"),
        ("host", "forged"),
        ("content-length", "999"),
        ("connection", "close"),
        ("accept", "text/plain"),
    ];
    let response = setting.client.send(with_headers(request, &fields)).await.unwrap();
    assert_eq!(
        (response.status, response.url.as_str(), response.redirected),
        (200, "http://a.example/path?q=1", false)
    );
    assert_eq!(response.headers.get_all("x-a").iter().count(), 2);
    assert_eq!(text(response.body).await.unwrap(), "hello");
    let request = setting.request(0).to_ascii_lowercase();
    assert!(request.starts_with("post /path?q=1 http/1.1\r\n") && request.ends_with("\r\n\r\nbody"), "{request}");
    for line in [
        "host: a.example",
        "content-length: 4",
        "x-own: 1",
        "accept: text/plain",
        "accept-encoding: gzip, br",
        "user-agent: ramekin/",
    ] {
        assert!(request.contains(line), "{line}: {request}");
    }
    assert!(
        !request.contains("forged") && !request.contains("999") && !request.contains("connection: close"),
        "{request}"
    );
    assert_eq!(setting.dialled(), ["93.184.215.14:80".parse().unwrap()]);
}

#[tokio::test]
async fn connections_are_used_again() {
    let setting = setting("", |_| ok("hello")).await;
    for _ in 0..3 {
        let response = setting.client.send(get("http://a.example/")).await.unwrap();
        assert_eq!(text(response.body).await.unwrap(), "hello");
        // The connection goes back once the end of the body was seen.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(setting.dialled().len(), 1);
}

#[tokio::test]
async fn redirects_change_method_and_forget_credentials() {
    let setting =
        setting("", |request| if request.contains(" /see ") { moved(303, "http://b.example/end") } else { ok("end") })
            .await;
    let request = post("http://a.example/see", Content::Bytes("body".into()));
    let fields = [("authorization", "canary"), ("cookie", "canary"), ("content-type", "text/x"), ("x-own", "1")];
    setting.client.send(with_headers(request, &fields)).await.unwrap();
    let second = setting.request(1).to_ascii_lowercase();
    assert!(second.starts_with("get /end ") && second.contains("x-own: 1"), "{second}");
    assert!(!second.contains("canary") && !second.contains("content-type") && !second.contains("body"), "{second}");
}

#[tokio::test]
async fn a_body_at_hand_is_sent_again_and_a_stream_cannot_be() {
    let setting =
        setting("", |request| if request.contains(" /again ") { moved(307, "/end") } else { ok("end") }).await;
    let response = setting.client.send(post("http://a.example/again", Content::Bytes("body".into()))).await.unwrap();
    assert_eq!(response.status, 200);
    assert!(setting.request(1).starts_with("POST /end") && setting.request(1).ends_with("body"));
    let stream = Content::Stream(Box::pin(futures::stream::iter([
        Ok(Bytes::from_static(b"bo")),
        Ok(Bytes::from_static(b"dy")),
    ])));
    let error = setting.client.send(post("http://a.example/again", stream)).await.err().unwrap().to_string();
    assert!(error.contains("stream cannot be sent again"), "{error}");
    assert!(setting.request(2).to_ascii_lowercase().contains("transfer-encoding: chunked"));
}

#[tokio::test]
async fn redirects_can_be_refused_or_handed_over() {
    let setting = setting("", |_| moved(302, "/end")).await;
    let manual = FetchRequest { redirect: Redirect::Manual, ..get("http://a.example/") };
    let response = setting.client.send(manual).await.unwrap();
    assert_eq!((response.status, response.headers["location"].to_str().unwrap()), (302, "/end"));
    let refused = FetchRequest { redirect: Redirect::Error, ..get("http://a.example/?canary") };
    let error = setting.client.send(refused).await.err().unwrap().to_string();
    assert!(error.contains("`a.example` answered with a redirect") && !error.contains("canary"), "{error}");
}

#[tokio::test]
async fn a_broken_response_is_an_error_and_no_short_body() {
    let setting =
        setting("", |_| "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhello".into()).await;
    let response = setting.client.send(get("http://a.example/")).await.unwrap();
    // The server keeps the connection open for the next request, so it is ended from this side of it.
    drop(setting.fake);
    let body = tokio::time::timeout(Duration::from_millis(200), text(response.body)).await;
    assert!(body.is_err() || body.unwrap().is_err());
}

#[tokio::test]
async fn failures_name_the_host_and_nothing_more() {
    let setting = setting("", |_| "no http\r\n\r\n".into()).await;
    for (url, part) in [
        ("http://nowhere.example/?token=canary", "`nowhere.example` cannot be resolved"),
        ("http://a.example/?token=canary", "the request to `a.example` failed"),
        ("ftp://a.example/canary", "`ftp:` URLs"),
        ("http://user:canary@a.example/", "credentials"),
        ("canary", "cannot be used"),
    ] {
        let error = setting.client.send(get(url)).await.err().unwrap().to_string();
        assert!(error.contains(part) && !error.contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn responses_without_content_have_none() {
    let setting = setting("", |request| match request.split(' ').next().unwrap() {
        "HEAD" => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".into(),
        _ => "HTTP/1.1 204 No Content\r\n\r\n".into(),
    })
    .await;
    for method in [Method::HEAD, Method::DELETE] {
        let response = setting.client.send(FetchRequest { method, ..get("http://a.example/") }).await.unwrap();
        assert!(matches!(response.body, Content::Empty));
    }
    let empty = post("http://a.example/", Content::Empty);
    setting.client.send(empty).await.unwrap();
    assert!(setting.request(2).to_ascii_lowercase().contains("content-length: 0"), "{}", setting.request(2));
}

#[tokio::test]
async fn apps_share_no_connection() {
    let setting = setting("", |_| ok("hello")).await;
    for (id, connections) in [("app_1", 1), ("app_1", 1), ("app_2", 2), ("app_1", 2)] {
        let response = setting.client.send(FetchRequest { app: app(id), ..get("http://a.example/") }).await.unwrap();
        text(response.body).await.unwrap();
        assert_eq!(setting.dialled().len(), connections);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn responses_that_nobody_reads_hold_up_nothing_else() {
    let setting = setting("", |request| ok(&"x".repeat(if request.contains("/big") { 8 << 20 } else { 5 }))).await;
    let mut unread = Vec::new();
    for _ in 0..20 {
        unread.push(setting.client.send(get("http://a.example/big")).await.unwrap());
    }
    for id in ["app_1", "app_2"] {
        let response = setting.client.send(FetchRequest { app: app(id), ..get("http://a.example/") }).await.unwrap();
        assert_eq!(text(response.body).await.unwrap(), "xxxxx");
    }
    for response in unread {
        assert_eq!(text(response.body).await.unwrap().len(), 8 << 20);
    }
}

#[tokio::test]
async fn small_content_leaves_its_connection_to_others() {
    let setting = setting("", |_| ok("hello")).await;
    let mut unread = Vec::new();
    for _ in 0..10 {
        unread.push(setting.client.send(get("http://a.example/")).await.unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // On a machine that is busy, some may come too late.
    assert!(setting.dialled().len() < 10, "{}", setting.dialled().len());
}

#[tokio::test]
async fn small_content_on_and_past_its_size() {
    let pieces = |last: usize| [SMALL - 1, last].map(|size| Ok(Bytes::from(vec![7; size])));
    let small = at_hand(Box::pin(futures::stream::iter(pieces(1)))).await;
    assert!(matches!(small, Content::Bytes(bytes) if bytes.len() == SMALL));
    let large = at_hand(Box::pin(futures::stream::iter(pieces(2)))).await;
    assert!(matches!(large, Content::Stream(_)));
    assert_eq!(text(large).await.unwrap().len(), SMALL + 1);
}

#[tokio::test(start_paused = true)]
async fn content_that_breaks_off_at_once_is_no_short_content() {
    let pieces = [Ok(Bytes::from_static(b"start")), Err(io::Error::other("broken"))];
    let content = at_hand(Box::pin(futures::stream::iter(pieces))).await;
    assert!(matches!(content, Content::Stream(_)));
    assert!(text(content).await.is_err());
    let slow = futures::stream::iter([Ok(Bytes::from_static(b"start"))]).chain(futures::stream::pending());
    let Content::Stream(mut stream) = at_hand(Box::pin(slow)).await else { panic!("it has not ended") };
    assert_eq!(stream.next().await.unwrap().unwrap(), "start");
}

#[tokio::test]
async fn apps_without_connections_are_forgotten() {
    let setting = setting("", |_| ok(&"x".repeat(8 << 20))).await;
    let _open = setting.client.send(get("http://a.example/")).await.unwrap();
    for n in 1..APPS {
        setting.client.connections(&format!("other_{n}"));
    }
    let known = || setting.client.apps.lock().unwrap().len();
    assert_eq!(known(), APPS);
    setting.client.connections("one_more");
    assert_eq!(known(), 2);
    assert!(setting.client.apps.lock().unwrap().contains_key("app_1"));
}

/// Content that tells whether it is still there.
struct Owned {
    bytes: Vec<u8>,
    _there: Arc<()>,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[tokio::test]
async fn a_request_that_was_answered_keeps_nothing_of_its_content() {
    // Answers at the head of a request, and reads no more.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 100]).await.unwrap(), 0);
        stream.write_all(ok("early").as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    });
    let client = Client::new(EgressPolicy::new(true, "").unwrap(), Arc::new(System)).unwrap();
    let there = Arc::new(());
    let content = Bytes::from_owner(Owned { bytes: vec![7; 32 << 20], _there: Arc::clone(&there) });
    let response = client.send(post(&format!("http://{server}/"), Content::Bytes(content))).await.unwrap();
    assert_eq!(text(response.body).await.unwrap(), "early");
    assert_eq!(Arc::strong_count(&there), 1);
}
