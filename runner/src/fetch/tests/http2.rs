//! HTTP/2, where a server chooses it: no different from HTTP/1.1 in what one exchange can do to another.

use super::super::pool;
use super::*;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::convert::Infallible;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// For what happens at once.
const SOON: Duration = Duration::from_secs(20);
/// Of `a.example`, until 2120, signed by itself.
const CERTIFICATE: &[u8] = include_bytes!("a.example.der");
const KEY: &[u8] = include_bytes!("a.example.key.der");

pub(super) type Accepted = TlsStream<TcpStream>;

pub(super) struct Secure {
    pub(super) client: Client,
    fake: Arc<Fake>,
}

/// A client whose every connection leads to a server that speaks these protocols over TLS.
pub(super) async fn secure<S>(protocols: &[&[u8]], sockets: Supply, serve: S) -> Secure
where
    S: Fn(Accepted) -> BoxFuture<'static, ()> + Clone + Send + 'static,
{
    let certificate = CertificateDer::from(CERTIFICATE);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(KEY));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    server.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(server));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let fake = Fake::new(usual_names(), listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, serve) = (acceptor.clone(), serve.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream).await;
                }
            });
        }
    });
    let network: Arc<dyn Network> = Arc::<Fake>::clone(&fake);
    Secure { client: Client::within(EgressPolicy::default(), network, trusting(roots), plenty(), sockets), fake }
}

impl Secure {
    fn connections(&self) -> usize {
        self.fake.dialled.lock().unwrap().len()
    }

    async fn text(&self, request: FetchRequest) -> String {
        text(self.client.send(request).await.unwrap().body).await.unwrap()
    }
}

/// Tells what it was asked for, or `/big` that much.
fn usual(stream: Accepted) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let builder = auto::Builder::new(TokioExecutor::new());
        // A client that goes away is no failure of the server.
        drop(builder.serve_connection(TokioIo::new(stream), service_fn(answer)).await);
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let size = body.collect().await.map_or(0, |body| body.to_bytes().len());
    let own = head.headers.get("x-own").map_or("", |value| value.to_str().unwrap());
    let asked = match head.uri.path() {
        "/big" => "x".repeat(8 << 20),
        _ => format!("{:?} {} {} {size} {own}", head.version, head.method, head.uri),
    };
    let mut answer = Response::new(Full::new(Bytes::from(asked)));
    if head.uri.path() == "/from" {
        *answer.status_mut() = StatusCode::FOUND;
        answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/to"));
    }
    Ok(answer)
}

#[tokio::test]
async fn servers_choose_the_protocol() {
    let choices: [(&[&[u8]], &str); 4] = [
        (&[b"h2", b"http/1.1"], "HTTP/2.0 POST https://a.example/path?q=1 4 1"),
        (&[b"h2"], "HTTP/2.0 POST https://a.example/path?q=1 4 1"),
        (&[b"http/1.1"], "HTTP/1.1 POST /path?q=1 4 1"),
        (&[], "HTTP/1.1 POST /path?q=1 4 1"),
    ];
    for (protocols, expected) in choices {
        let setting = secure(protocols, plenty(), usual).await;
        let stream = futures::stream::iter([Ok(Bytes::from_static(b"bo")), Ok(Bytes::from_static(b"dy"))]);
        for body in [Content::Bytes("body".into()), Content::Stream(Box::pin(stream))] {
            let request = with_headers(post("https://a.example/path?q=1", body), &[("x-own", "1"), ("host", "forged")]);
            assert_eq!(setting.text(request).await, expected);
        }
        let response = setting.client.send(get("https://a.example/from")).await.unwrap();
        assert_eq!((response.url.as_str(), response.redirected), ("https://a.example/to", true));
        let head =
            setting.client.send(FetchRequest { method: Method::HEAD, ..get("https://a.example/") }).await.unwrap();
        assert!(matches!(head.body, Content::Empty));
    }
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_refused() {
    let setting = secure(&[b"h2"], plenty(), usual).await;
    let error = setting.client.send(get("https://b.example/?canary")).await.err().unwrap().to_string();
    assert!(error.contains("`b.example` failed") && !error.contains("canary"), "{error}");
}

#[tokio::test]
async fn connections_are_used_again_by_their_app() {
    let setting = secure(&[b"h2"], plenty(), usual).await;
    for (id, connections) in [("app_1", 1), ("app_1", 1), ("app_2", 2), ("app_1", 2), ("app_2", 2)] {
        let request = FetchRequest { app: app(id), ..post("https://a.example/", Content::Bytes("body".into())) };
        assert!(setting.text(request).await.starts_with("HTTP/2.0 "));
        assert_eq!(setting.connections(), connections);
    }
}

#[tokio::test]
async fn a_connection_carries_one_exchange_at_a_time() {
    let setting = secure(&[b"h2"], plenty(), usual).await;
    let mut unread = Vec::new();
    for connections in 1..=5 {
        unread.push(setting.client.send(get("https://a.example/big")).await.unwrap());
        assert_eq!(setting.connections(), connections);
    }
    assert!(setting.text(get("https://a.example/")).await.starts_with("HTTP/2.0 "));
    assert_eq!(setting.connections(), 6);
    // One that is not read to its end makes room as well.
    unread.pop();
    for response in unread {
        assert_eq!(text(response.body).await.unwrap().len(), 8 << 20);
    }
    for _ in 0..6 {
        setting.text(get("https://a.example/")).await;
    }
    assert_eq!(setting.connections(), 6);
}

#[tokio::test]
async fn open_connections_on_and_past_their_number() {
    let setting = secure(&[b"h2"], Supply::new(3, 2), usual).await;
    let send = || setting.client.send(get("https://a.example/big"));
    let (first, _second) = (send().await.unwrap(), send().await.unwrap());
    let third = send();
    tokio::time::pause();
    let error = third.await.err().unwrap().to_string();
    assert!(error.contains("too many connections are open"), "{error}");
    tokio::time::resume();
    drop(first);
    timeout(SOON, send()).await.unwrap().unwrap();
}

#[tokio::test]
async fn content_of_a_connection_on_and_past_its_size() {
    for (size, connections) in [(pool::CONTENT, 1), (pool::CONTENT + 1, 2)] {
        let setting = secure(&[b"h2"], plenty(), usual).await;
        setting.text(post("https://a.example/", Content::Bytes(vec![7; size].into()))).await;
        setting.text(get("https://a.example/")).await;
        assert_eq!(setting.connections(), connections, "{size}");
    }
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200`.
const OK: u8 = 0x88;

/// The stream of the first request on a connection, once its head is there.
async fn asked(stream: &mut Accepted) -> io::Result<u32> {
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    stream.flush().await?;
    stream.read_exact(&mut [0; "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len()]).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, _, id @ ..] = head;
        stream.read_exact(&mut vec![0; u32::from_be_bytes([0, a, b, c]) as usize]).await?;
        if kind == HEADERS {
            return Ok(u32::from_be_bytes(id));
        }
    }
}

/// A server that answers the first request on a connection with these frames and does nothing more. What it is asked and
/// when a connection ends is told.
async fn framed(frames: fn(u32) -> Vec<u8>) -> (Secure, UnboundedReceiver<&'static str>) {
    let (told, events) = unbounded_channel();
    let serve = move |mut stream: Accepted| -> BoxFuture<'static, ()> {
        let told: UnboundedSender<&'static str> = told.clone();
        Box::pin(async move {
            let id = asked(&mut stream).await.unwrap();
            let _ = told.send("asked");
            stream.write_all(&frames(id)).await.unwrap();
            stream.flush().await.unwrap();
            while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {}
            let _ = told.send("ended");
        })
    };
    (secure(&[b"h2"], plenty(), serve).await, events)
}

#[tokio::test]
async fn content_that_its_server_makes_no_room_for_goes_with_its_request() {
    // Answers at the head of a request, and grants no more than every stream has at first.
    let (setting, mut events) = framed(|id| frame(HEADERS, END_HEADERS | END_STREAM, id, &[OK])).await;
    let there = Arc::new(());
    let content = Bytes::from_owner(Owned { bytes: vec![7; 32 << 20], _there: Arc::clone(&there) });
    let response = setting.client.send(post("https://a.example/", Content::Bytes(content))).await.unwrap();
    assert_eq!((response.status, Arc::strong_count(&there)), (200, 1));
    for event in ["asked", "ended"] {
        assert_eq!(timeout(SOON, events.recv()).await.unwrap(), Some(event));
    }
}

#[tokio::test]
async fn a_request_that_is_given_up_takes_its_connection_with_it() {
    let (setting, mut events) = framed(|_| Vec::new()).await;
    let sending = tokio::spawn(setting.client.send(get("https://a.example/")));
    assert_eq!(timeout(SOON, events.recv()).await.unwrap(), Some("asked"));
    sending.abort();
    assert_eq!(timeout(SOON, events.recv()).await.unwrap(), Some("ended"));
}

/// A response that its server resets in its middle.
fn reset(id: u32, reason: u8) -> Vec<u8> {
    [frame(HEADERS, END_HEADERS, id, &[OK]), frame(DATA, 0, id, b"start"), frame(RESET, 0, id, &[0, 0, 0, reason])]
        .concat()
}

#[tokio::test]
async fn content_that_its_server_gives_up_is_no_short_content() {
    // Without an error, and with one (CANCEL).
    let endings: [fn(u32) -> Vec<u8>; 2] = [|id| reset(id, 0), |id| reset(id, 8)];
    for ending in endings {
        let (setting, _events) = framed(ending).await;
        let response = setting.client.send(get("https://a.example/")).await.unwrap();
        let error = timeout(SOON, text(response.body)).await.unwrap().unwrap_err().to_string();
        assert!(error.contains("the response broke off"), "{error}");
    }
}

/// A response without content and with so many fields, each a literal that is not remembered: `a: b`.
fn fields(id: u32, count: usize) -> Vec<u8> {
    let mut fields = vec![OK];
    fields.extend([0, 1, b'a', 1, b'b'].repeat(count));
    frame(HEADERS, END_HEADERS | END_STREAM, id, &fields)
}

#[tokio::test]
async fn fields_of_a_response_on_and_past_their_number() {
    let (setting, _events) = framed(|id| fields(id, limits::MAX_HEADERS)).await;
    let response = setting.client.send(get("https://a.example/")).await.unwrap();
    assert_eq!(response.headers.len(), limits::MAX_HEADERS);
    let (setting, _events) = framed(|id| fields(id, limits::MAX_HEADERS + 1)).await;
    let error = setting.client.send(get("https://a.example/")).await.err().unwrap().to_string();
    assert!(error.contains("the head of the answer of `a.example` is too large"), "{error}");
}
