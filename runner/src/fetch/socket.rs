//! A connection as the operating system has it, which counts as open until it is closed. A server that takes nothing of
//! what is sent cannot keep it open for ever.

use super::share::Permit;
use futures::task::AtomicWaker;
use hyper_util::client::legacy::connect::{Connected, Connection};
use ramekin_model::limits;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How long a server may take nothing. As long as a call can last: the call decides how long its requests may take, but a
/// connection can be left with something to send when its call is over.
const STALLED: Duration = Duration::from_millis(limits::MAX_TIMEOUT_MS as u64 + limits::BACKGROUND_MS as u64);

/// See the module's documentation.
pub struct Socket {
    stream: TcpStream,
    /// Runs while the server takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    closing: Arc<Closing>,
    _permit: Permit,
}

/// Closes a socket when it is dropped. Something must be reading from it, as HTTP/2 always is.
pub struct Closer(Arc<Closing>);

#[derive(Default)]
struct Closing {
    closed: AtomicBool,
    reader: AtomicWaker,
}

impl Drop for Closer {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.reader.wake();
    }
}

impl Socket {
    /// This connection, which counts for this permit.
    pub fn new(stream: TcpStream, permit: Permit) -> Self {
        Self { stream, stalled: None, closing: Arc::default(), _permit: permit }
    }

    /// What closes it.
    pub fn closer(&self) -> Closer {
        Closer(Arc::clone(&self.closing))
    }

    fn unless_stalled<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALLED)));
        let late = || io::Error::new(io::ErrorKind::TimedOut, "the server takes nothing of what is sent");
        stalled.as_mut().poll(cx).map(|()| Err(late()))
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.closing.reader.register(cx.waker());
        if self.closing.closed.load(Ordering::Acquire) {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the connection was given up")));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stalled(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.unless_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        self.stream.connected()
    }
}

#[cfg(test)]
mod tests {
    use super::super::share::Supply;
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::time::timeout;

    /// A socket, and its server.
    async fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (Socket::new(stream, Supply::new(1, 1).share().take().await), server)
    }

    #[tokio::test]
    async fn a_socket_that_waits_can_be_closed() {
        let (mut socket, _server) = pair().await;
        let closer = socket.closer();
        let reading = tokio::spawn(async move { socket.read(&mut [0; 8]).await.unwrap_err().kind() });
        tokio::task::yield_now().await;
        drop(closer);
        let ended = timeout(Duration::from_secs(10), reading).await.unwrap().unwrap();
        assert_eq!(ended, io::ErrorKind::ConnectionAborted);
    }

    #[tokio::test]
    async fn a_server_that_takes_nothing_is_given_up() {
        let (mut socket, mut server) = pair().await;
        let chunk = vec![7; 64 * 1024];
        while timeout(Duration::from_millis(200), socket.write(&chunk)).await.is_ok() {}
        // Once it takes something, its time begins anew.
        assert_ne!(server.read(&mut vec![0; 1024 * 1024]).await.unwrap(), 0);
        while timeout(Duration::from_millis(200), socket.write(&chunk)).await.is_ok() {}

        tokio::time::pause();
        let before = tokio::time::Instant::now();
        let error = timeout(STALLED * 2, socket.write(&chunk)).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let waited = before.elapsed();
        assert!(waited <= STALLED && waited > STALLED - Duration::from_secs(10), "{waited:?}");
    }
}
