//! An open WebSocket. Nothing is read that nobody has asked for, so that a server which sends too much waits; what has come of
//! a message counts for the memory of its call.

use futures::future::BoxFuture;
use futures::{Sink as _, Stream as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use ramekin_host_api::ports::{SocketEvent, SocketMessage, WebSocket};
use ramekin_model::limits;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SetOnce};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Read at once from the connection.
const READ: usize = 16 * 1024;
/// Memory is counted in such steps.
const STEP: usize = 64 * 1024;
/// For the server to close after the function has.
const CLOSING: Duration = Duration::from_millis(limits::SOCKET_CLOSE_MS as u64);
/// For what is left to do when nobody waits any more.
const FAREWELL: Duration = Duration::from_millis(limits::SOCKET_FAREWELL_MS as u64);
/// What the library makes of a close frame whose code must not be in one.
const UNSPEAKABLE: &str = "Protocol violation";

type Frames = WebSocketStream<Metered<TokioIo<Upgraded>>>;

/// See the module's documentation.
pub struct Open {
    /// Locked for moments only.
    frames: Mutex<Option<Frames>>,
    protocol: String,
    /// When the function has said that it closes.
    closing: SetOnce<Instant>,
    /// Code that the server is told when nothing was said before.
    farewell: AtomicU16,
}

impl Open {
    /// Over this connection, with what counts the bytes that wait.
    pub async fn new(connection: Upgraded, protocol: String, memory: Arc<Semaphore>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(0)
            .max_message_size(Some(limits::MAX_SOCKET_MESSAGE))
            .max_frame_size(Some(limits::MAX_SOCKET_MESSAGE));
        let connection = Metered { io: TokioIo::new(connection), memory, held: None, read: 0 };
        let frames = WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await;
        Self {
            frames: Mutex::new(Some(frames)),
            protocol,
            closing: SetOnce::new(),
            farewell: AtomicU16::new(CloseCode::Away.into()),
        }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Frames) -> R) -> Option<R> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(act)
    }

    /// Polls the connection, without keeping others from it meanwhile.
    async fn poll<R>(&self, mut act: impl FnMut(Pin<&mut Frames>, &mut Context<'_>) -> Poll<Option<R>>) -> Option<R> {
        poll_fn(|cx| self.with(|frames| act(Pin::new(frames), cx)).unwrap_or(Poll::Ready(None))).await
    }

    async fn flush(&self) -> Result<(), Error> {
        self.poll(|frames, cx| frames.poll_flush(cx).map(Some)).await.unwrap_or(Ok(()))
    }

    async fn put(&self, message: Message) -> Result<(), Error> {
        self.poll(|frames, cx| frames.poll_ready(cx).map(Some)).await.unwrap_or(Ok(()))?;
        self.with(|frames| Pin::new(frames).start_send(message)).unwrap_or(Ok(()))?;
        self.flush().await
    }

    /// Returns when the server has taken too long to close.
    async fn late(&self) {
        let since = *self.closing.wait().await;
        sleep_until(since + CLOSING).await;
    }

    async fn next(&self) -> SocketEvent {
        self.with(|frames| frames.get_mut().release());
        loop {
            let message = tokio::select! {
                biased;
                message = self.poll(|frames, cx| frames.poll_next(cx)) => message,
                () = self.late() => return SocketEvent::Closed { clean: false, code: 1006, reason: String::new() },
            };
            return match message {
                Some(Ok(Message::Text(text))) => SocketEvent::Message(SocketMessage::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => SocketEvent::Message(SocketMessage::Binary(bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Close(frame))) => self.closed(frame).await,
                Some(Err(error)) => self.failed(&error),
                None => SocketEvent::Failed("the connection is over".into()),
            };
        }
    }

    /// The server closes: it is answered, unless this is its answer.
    async fn closed(&self, frame: Option<CloseFrame>) -> SocketEvent {
        let answered = timeout(FAREWELL, self.flush()).await;
        let (code, reason) =
            frame.map_or((CloseCode::Status, String::new()), |frame| (frame.code, frame.reason.as_str().to_owned()));
        let unspeakable = code == CloseCode::Protocol && reason == UNSPEAKABLE;
        if unspeakable || !(code.is_allowed() || code == CloseCode::Status) {
            return SocketEvent::Failed("its server has closed with a code that cannot be sent".into());
        }
        SocketEvent::Closed { clean: matches!(answered, Ok(Ok(()))), code: code.into(), reason }
    }

    fn failed(&self, error: &Error) -> SocketEvent {
        let (code, text) = match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => {
                let most = limits::MAX_SOCKET_MESSAGE;
                (CloseCode::Size, format!("its server has sent a message of more than {most} bytes"))
            }
            Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Full>()) => {
                (CloseCode::Size, error.to_string())
            }
            Error::Io(error) => (CloseCode::Away, format!("the connection broke: {error}")),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
                (CloseCode::Away, "its server has ended the connection without closing it".into())
            }
            Error::Utf8(_) => (CloseCode::Invalid, "its server has sent text that is not UTF-8".into()),
            other => (CloseCode::Protocol, format!("its server does not keep to the protocol: {other}")),
        };
        self.farewell.store(code.into(), Ordering::Release);
        SocketEvent::Failed(text)
    }
}

impl WebSocket for Open {
    fn protocol(&self) -> &str {
        &self.protocol
    }

    fn receive(self: Arc<Self>) -> BoxFuture<'static, SocketEvent> {
        Box::pin(async move { self.next().await })
    }

    fn send(self: Arc<Self>, message: SocketMessage) -> BoxFuture<'static, ()> {
        let message = match message {
            SocketMessage::Text(text) => Message::Text(text.into()),
            SocketMessage::Binary(bytes) => Message::Binary(bytes),
        };
        Box::pin(async move {
            // Whoever receives is told of it.
            let _ = self.put(message).await;
        })
    }

    fn close(self: Arc<Self>, code: Option<u16>, reason: String) -> BoxFuture<'static, ()> {
        let frame = code.map(|code| CloseFrame { code: code.into(), reason: reason.into() });
        Box::pin(async move {
            let _ = self.closing.set(Instant::now());
            let _ = timeout(CLOSING, self.put(Message::Close(frame))).await;
        })
    }
}

impl Drop for Open {
    /// Says so to the server, and gives it time to close first: what it has not read yet would be lost with the connection.
    fn drop(&mut self) {
        let frames = self.frames.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let code = CloseCode::from(self.farewell.load(Ordering::Acquire));
        if let (Some(frames), Ok(runtime)) = (frames, Handle::try_current()) {
            runtime.spawn(async move {
                let _ = timeout(FAREWELL, part(frames, code)).await;
            });
        }
    }
}

async fn part(mut frames: Frames, code: CloseCode) -> Result<(), Error> {
    // Unless one side has closed already, which makes this an error.
    let _ = frames.close(Some(CloseFrame { code, reason: "".into() })).await;
    let connection = frames.get_mut();
    connection.shutdown().await?;
    let mut rest = vec![0; READ];
    loop {
        connection.release();
        if connection.read(&mut rest).await? == 0 {
            return Ok(());
        }
    }
}

/// There is no room for what has come.
#[derive(Debug, thiserror::Error)]
#[error("its messages, and what else waits, hold more than the memory limit of the function")]
struct Full;

/// Counts what is read until it is released.
struct Metered<T> {
    io: T,
    memory: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    read: usize,
}

impl<T> Metered<T> {
    fn release(&mut self) {
        self.held = None;
        self.read = 0;
    }

    fn count(&mut self, bytes: usize) -> Result<(), Full> {
        self.read += bytes;
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if self.read <= held {
            return Ok(());
        }
        let more = u32::try_from((self.read - held).next_multiple_of(STEP)).map_err(|_| Full)?;
        let more = Arc::clone(&self.memory).try_acquire_many_owned(more).map_err(|_| Full)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Metered<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(cx, buffer);
        let read = buffer.filled().len() - before;
        if matches!(polled, Poll::Ready(Ok(()))) && read > 0 {
            self.count(read).map_err(io::Error::other)?;
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Metered<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
