//! WebSockets: over TLS, within the policy, and what a server that does not do its part costs.

use super::http2::secure;
use super::*;
use futures::SinkExt as _;
use ramekin_host_api::ports::{SocketEvent, SocketMessage, SocketRequest, WebSocket};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// More than any test needs.
const MEMORY: usize = 64 << 20;

fn request(url: &str) -> SocketRequest {
    SocketRequest {
        app: app("app_1"),
        url: url.into(),
        protocols: Vec::new(),
        headers: HeaderMap::new(),
        memory: Arc::new(Semaphore::new(MEMORY)),
    }
}

fn text(text: &str) -> SocketMessage {
    SocketMessage::Text(text.into())
}

async fn received(socket: &Arc<dyn WebSocket>) -> SocketEvent {
    timeout(Duration::from_secs(20), Arc::clone(socket).receive()).await.unwrap()
}

/// Sends back what it gets.
async fn echo<S: AsyncRead + AsyncWrite + Unpin>(mut socket: WebSocketStream<S>) {
    while let Some(Ok(message)) = socket.next().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) {
            socket.send(message).await.unwrap();
        }
    }
}

/// A client whose every connection leads to a server that does this with each socket.
async fn served<F>(sockets: Supply, serve: fn(WebSocketStream<TcpStream>) -> F) -> (Client, Arc<Fake>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let fake = Fake::new(usual_names(), listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                if let Ok(socket) = accept_async(stream).await {
                    serve(socket).await;
                }
            });
        }
    });
    let network: Arc<dyn Network> = Arc::<Fake>::clone(&fake);
    let tls = trusting(rustls::RootCertStore::empty());
    (Client::within(EgressPolicy::default(), network, tls, plenty(), sockets), fake)
}

#[tokio::test]
async fn speaks_http_1_over_tls() {
    // A server that would rather speak HTTP/2, with which it could open no WebSocket.
    let setting = secure(&[b"h2", b"http/1.1"], plenty(), |stream| {
        Box::pin(async move {
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            echo(accept_async(stream).await.unwrap()).await;
        })
    })
    .await;
    let socket = setting.client.open(request("wss://a.example/")).await.unwrap();
    Arc::clone(&socket).send(text("over TLS")).await;
    assert_eq!(received(&socket).await, SocketEvent::Message(text("over TLS")));
    let error = setting.client.open(request("wss://b.example/?canary")).await.err().unwrap().to_string();
    assert!(error.contains("`b.example` failed") && !error.contains("canary"), "{error}");
}

#[tokio::test]
async fn refused_addresses_are_not_dialled() {
    let (client, fake) = served(plenty(), echo).await;
    for url in ["ws://inside.example/", "ws://mapped.example/", "wss://127.0.0.1/", "ws://[::1]:80/", "ws://10.0.0.1/"]
    {
        assert!(matches!(client.open(request(url)).await, Err(FetchError::Denied(_))), "{url}");
    }
    for url in ["http://a.example/", "file:///etc/passwd", "ws:", "ws://user@a.example/", "ws://a b/"] {
        assert!(matches!(client.open(request(url)).await, Err(FetchError::Invalid(_))), "{url}");
    }
    assert!(fake.dialled.lock().unwrap().is_empty());
    // Of several addresses those that are allowed.
    client.open(request("ws://both.example:8080/")).await.unwrap();
    assert_eq!(*fake.dialled.lock().unwrap(), ["93.184.215.16:8080".parse().unwrap()]);
}

#[tokio::test]
async fn sockets_count_as_connections_until_they_are_closed() {
    let (client, _) = served(Supply::new(3, 2), echo).await;
    let open = || client.open(request("ws://a.example/"));
    let (first, _second) = (open().await.unwrap(), open().await.unwrap());
    let third = open();
    drop(first);
    timeout(Duration::from_secs(20), third).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_close_is_left() {
    let (client, _) = served(plenty(), |socket| async move {
        sleep(Duration::from_hours(1)).await;
        drop(socket);
    })
    .await;
    let socket = client.open(request("ws://a.example/")).await.unwrap();
    let receiving = tokio::spawn(Arc::clone(&socket).receive());
    tokio::task::yield_now().await;
    tokio::time::pause();
    let before = Instant::now();
    socket.close(Some(1000), "bye".into()).await;
    let closed = receiving.await.unwrap();
    assert_eq!(closed, SocketEvent::Closed { clean: false, code: 1006, reason: String::new() });
    let (waited, limit) = (before.elapsed(), Duration::from_millis(limits::SOCKET_CLOSE_MS.into()));
    assert!(waited >= limit && waited < limit + Duration::from_secs(1), "{waited:?}");
}

#[tokio::test]
async fn messages_that_fit_into_the_memory_of_the_call_and_one_that_does_not() {
    // Two messages of the size that is asked for; each in frames, between which nothing is whole.
    let (client, _) = served(plenty(), |mut socket| async move {
        let Some(Ok(Message::Text(size))) = socket.next().await else { return };
        let content = vec![7; size.as_str().parse().unwrap()];
        for _ in 0..2 {
            socket.send(Message::Binary(content.clone().into())).await.unwrap();
        }
        let code = match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => u16::from(frame.code),
            other => panic!("{other:?}"),
        };
        assert_eq!(code, 1009);
    })
    .await;
    let memory = Arc::new(Semaphore::new(256 * 1024));
    let open = || client.open(SocketRequest { memory: Arc::clone(&memory), ..request("ws://a.example/") });
    let socket = open().await.unwrap();
    Arc::clone(&socket).send(text(&(128 * 1024).to_string())).await;
    for _ in 0..2 {
        assert!(
            matches!(received(&socket).await, SocketEvent::Message(SocketMessage::Binary(bytes)) if bytes.len() == 128 * 1024)
        );
    }
    drop(socket);
    let socket = open().await.unwrap();
    Arc::clone(&socket).send(text(&(512 * 1024).to_string())).await;
    let SocketEvent::Failed(why) = received(&socket).await else { panic!("it came") };
    assert!(why.contains("more than the memory limit"), "{why}");
    drop(socket);
    // What was held is given back.
    drop(timeout(Duration::from_secs(20), memory.acquire_many(256 * 1024)).await.unwrap().unwrap());
}
