//! The HTTP server: connections, their limits, and ending in order. HTTP/1.1 and HTTP/2 without TLS, which a proxy in front
//! of it terminates.

pub mod auth;
pub mod body;
pub mod butterbase;
pub mod cors;
pub mod error;
pub mod front;
pub mod health;
mod json_schema;
pub mod mcp;
pub mod metrics;
pub mod openapi;
pub mod rate;
pub mod router;
mod stall;
pub mod state;
mod unread;

use front::Front;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use ramekin_model::limits;
use stall::Stall;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// For the head of a request to arrive, and for the next one on a connection that is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// For a client to take what is written to it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections that may be open at once; further ones wait until one ends.
const CONNECTIONS: usize = 16_384;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 250;
/// How often a quiet HTTP/2 connection is tried.
const PING: Duration = Duration::from_secs(20);
/// For connections to end at shutdown: longer than any call may take, and its client to take the answer.
const LAST_ANSWER: Duration = Duration::from_millis(limits::MAX_TIMEOUT_MS as u64).saturating_add(WRITE_TIMEOUT);
/// After an error such as too many open files, accepting is tried again so much later.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown`, then lets the requests that run end.
pub async fn serve(listener: TcpListener, front: Front, shutdown: CancellationToken) {
    let front = Arc::new(front);
    let builder = Arc::new(builder());
    let graceful = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, peer, place) = accepted;
        let counted = front.connected();
        let connection = Connection { stream, peer, front: Arc::clone(&front), builder: Arc::clone(&builder) };
        let watcher = graceful.watcher();
        tasks.spawn(async move {
            connection.run(watcher).await;
            drop((place, counted));
        });
    }
    drop(listener);
    front.close();
    tasks.close();
    let ended = async {
        graceful.shutdown().await;
        tasks.wait().await;
    };
    if tokio::time::timeout(LAST_ANSWER, ended).await.is_err() {
        tracing::warn!("{} connections were cut off: their clients did not take what they asked for", tasks.len());
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<tokio::sync::OwnedSemaphorePermit>) {
    // Only closing a semaphore fails, and nobody closes it.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(limits::MAX_HEADERS)
        // Room for a head that is exactly at its limits; what is over one of them is told so instead of cut off.
        .max_buf_size(limits::MAX_URL + limits::MAX_HEADER_BYTES + 16 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        // This counts 32 bytes for every field, and the pseudo fields.
        .max_header_list_size((limits::MAX_HEADER_BYTES + limits::MAX_URL + 32 * (limits::MAX_HEADERS + 8)) as u32)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    front: Arc<Front>,
    builder: Arc<Builder<TokioExecutor>>,
}

impl Connection {
    async fn run(self, watcher: hyper_util::server::graceful::Watcher) {
        // Small responses must not wait for more.
        let _ = self.stream.set_nodelay(true);
        let seen = Arc::new(AtomicBool::new(false));
        let service = {
            let (front, seen, peer) = (self.front, Arc::clone(&seen), self.peer);
            service_fn(move |request| {
                seen.store(true, Ordering::Relaxed);
                let front = Arc::clone(&front);
                async move { front.answer(request, peer).await }
            })
        };
        let io = TokioIo::new(Stall::new(self.stream, WRITE_TIMEOUT));
        let connection = self.builder.serve_connection(io, service).into_owned();
        let mut connection = std::pin::pin!(watcher.watch(connection));
        // hyper's own timeout begins once it knows the version of the protocol, which takes some bytes.
        let first = tokio::time::timeout(HEAD_TIMEOUT, &mut connection).await;
        if first.is_ok() || !seen.load(Ordering::Relaxed) {
            return;
        }
        // How a connection ends is the client's affair.
        let _ = connection.await;
    }
}
