//! Bodies between the sandbox and the host: content at hand crosses as bytes, the rest as a stream with back-pressure. An
//! end that was not regular is told to the other side, so that a broken body never looks like a short one.

use crate::bindings::ramekin::function::http::{Body, BodyStream};
use crate::ports::Content;
use bytes::Bytes;
use std::io::{Error, ErrorKind, Result as IoResult};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::PollSender;
use wasmtime::component::{
    Destination, FutureConsumer, FutureReader, Source, StreamConsumer, StreamProducer, StreamReader, StreamResult,
};
use wasmtime::{AsContextMut, StoreContextMut};

/// Pieces of a body; an error means that it broke off.
pub type Stream = Pin<Box<dyn futures::Stream<Item = IoResult<Bytes>> + Send>>;

/// Chunks that may wait between the sandbox and a slow reader.
const CHUNKS: usize = 4;
/// Largest of them: more is taken in parts, so that what waits here is bounded whatever the function writes at once.
const CHUNK: usize = 64 * 1024;
/// Most bytes of one body from the sandbox that wait here.
pub const MAX_WAITING: usize = CHUNKS * CHUNK;

/// Hands content to the sandbox.
///
/// # Errors
/// When the store has no room for another stream.
pub fn into_guest<S: AsContextMut>(mut store: S, content: Content) -> wasmtime::Result<Body>
where
    S::Data: Send + 'static,
{
    Ok(match content {
        Content::Empty => Body::Empty,
        Content::Bytes(bytes) if bytes.is_empty() => Body::Empty,
        Content::Bytes(bytes) => Body::Bytes(bytes.into()),
        Content::Stream(stream) => {
            let (ended, end) = oneshot::channel();
            let data = StreamReader::new(&mut store, Producer { stream, ended: Some(ended) })?;
            let end = FutureReader::new(&mut store, async move {
                let end = end.await.unwrap_or_else(|_| Err("the body was given up".into()));
                wasmtime::Result::<_, wasmtime::Error>::Ok(end)
            })?;
            Body::Stream(BodyStream { data, end })
        }
    })
}

struct Producer {
    stream: Stream,
    ended: Option<oneshot::Sender<Result<(), String>>>,
}

impl<D> StreamProducer<D> for Producer {
    type Item = u8;
    type Buffer = Bytes;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        mut destination: Destination<'a, u8, Bytes>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if destination.remaining(store) == Some(0) {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        loop {
            let end = match self.stream.as_mut().poll_next(cx) {
                Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(bytes))) if bytes.is_empty() => continue,
                Poll::Ready(Some(Ok(bytes))) => {
                    destination.set_buffer(bytes);
                    return Poll::Ready(Ok(StreamResult::Completed));
                }
                Poll::Ready(Some(Err(error))) => Err(error.to_string()),
                Poll::Ready(None) => Ok(()),
            };
            if let Some(ended) = self.ended.take() {
                // The sandbox may have dropped its end of the future.
                let _ = ended.send(end);
            }
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
    }
}

/// Takes content from the sandbox. `done` is dropped when all of it is taken or it broke off.
///
/// # Errors
/// When the sandbox gave a stream that is not its own.
pub fn from_guest<S: AsContextMut>(
    mut store: S,
    body: Body,
    done: impl Send + Sync + Unpin + 'static,
) -> wasmtime::Result<Content> {
    Ok(match body {
        Body::Empty => Content::Empty,
        Body::Bytes(bytes) => Content::Bytes(bytes.into()),
        Body::Stream(BodyStream { data, end }) => {
            let (sender, chunks) = mpsc::channel(CHUNKS);
            let (ended, end_receiver) = oneshot::channel();
            data.pipe(&mut store, Consumer { sender: PollSender::new(sender) })?;
            end.pipe(&mut store, EndConsumer { ended: Some(ended), _done: done })?;
            Content::Stream(Box::pin(GuestStream { chunks, end: Some(end_receiver) }))
        }
    })
}

struct Consumer {
    sender: PollSender<Bytes>,
}

impl<D> StreamConsumer<D> for Consumer {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        match self.sender.poll_reserve(cx) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(_)) => return Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Ready(Ok(())) => {}
        }
        let mut source = source.as_direct(store);
        let written = source.remaining();
        let chunk = Bytes::copy_from_slice(written.get(..CHUNK).unwrap_or(written));
        source.mark_read(chunk.len());
        if chunk.is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let taken = self.sender.send_item(chunk).is_ok();
        Poll::Ready(Ok(if taken { StreamResult::Completed } else { StreamResult::Dropped }))
    }
}

struct EndConsumer<T> {
    ended: Option<oneshot::Sender<Result<(), String>>>,
    _done: T,
}

impl<D, T: Send + Sync + Unpin + 'static> FutureConsumer<D> for EndConsumer<T> {
    type Item = Result<(), String>;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        mut source: Source<'_, Self::Item>,
        _finish: bool,
    ) -> Poll<wasmtime::Result<()>> {
        let mut value = None;
        source.read(store, &mut value)?;
        if let (Some(ended), Some(value)) = (self.ended.take(), value) {
            let _ = ended.send(value);
        }
        Poll::Ready(Ok(()))
    }
}

/// Chunks from the sandbox, then how it ended. When the instance goes away before the end, that is an error too.
struct GuestStream {
    chunks: mpsc::Receiver<Bytes>,
    end: Option<oneshot::Receiver<Result<(), String>>>,
}

impl futures::Stream for GuestStream {
    type Item = IoResult<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(Some(chunk)) = self.chunks.poll_recv(cx) {
            return Poll::Ready(Some(Ok(chunk)));
        }
        if !self.chunks.is_closed() || !self.chunks.is_empty() {
            return Poll::Pending;
        }
        let Some(end) = self.end.as_mut() else { return Poll::Ready(None) };
        let end = match Pin::new(end).poll(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(end) => end,
        };
        self.end = None;
        match end {
            Ok(Ok(())) => Poll::Ready(None),
            Ok(Err(text)) => Poll::Ready(Some(Err(Error::new(ErrorKind::UnexpectedEof, text)))),
            Err(_) => Poll::Ready(Some(Err(Error::new(ErrorKind::UnexpectedEof, "the function was ended")))),
        }
    }
}

/// A stream that holds something until it ends or is dropped.
pub struct Holding<T> {
    stream: Stream,
    held: Option<T>,
}

impl<T: Send + Unpin + 'static> Holding<T> {
    /// This stream, holding this.
    pub fn stream(stream: Stream, held: T) -> Stream {
        Box::pin(Self { stream, held: Some(held) })
    }
}

impl<T: Unpin> futures::Stream for Holding<T> {
    type Item = IoResult<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.stream.as_mut().poll_next(cx);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.held = None;
        }
        next
    }
}
