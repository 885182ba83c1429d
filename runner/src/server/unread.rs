//! What is left of a request's body when nobody wants it any more.
//!
//! A connection that is closed while its client still sends may lose the answer too: the client's system discards it when
//! the next piece it sends is refused. So the rest is read for a while, beside the answer, and the connection can be kept.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use ramekin_model::limits;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// For the rest to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of it that are read.
const READ: usize = 2 * limits::MAX_REQUEST_BODY;

/// A body whose rest is read when it is dropped.
pub struct Unread<B: Rest> {
    /// Until it has ended.
    body: Option<B>,
    /// Its client sends nothing before it is told to go on, which reading would do.
    waits: bool,
}

/// A body that can be read after its request has been answered.
pub trait Rest: Body<Data = Bytes> + Send + Unpin + 'static {}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Rest for B {}

impl<B: Rest> Unread<B> {
    /// The body of a request with these headers.
    pub fn new(body: B, headers: &HeaderMap) -> Self {
        let asks = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
        Self { body: Some(body), waits: headers.get(header::EXPECT).is_some_and(asks) }
    }
}

impl<B: Rest> Body for Unread<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.waits = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B: Rest> Drop for Unread<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        if self.waits || body.is_end_stream() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            // Whether it arrives or not, the answer is the same.
            runtime.spawn(timeout(PATIENCE, discard(body)));
        }
    }
}

async fn discard<B: Rest>(mut body: B) {
    let mut left = READ;
    while let Some(Ok(frame)) = body.frame().await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;
    use std::convert::Infallible;
    use tokio::sync::mpsc;

    type Piece = Result<Frame<Bytes>, Infallible>;

    /// A body of what is sent, one piece at a time.
    fn body() -> (mpsc::Sender<Piece>, impl Rest) {
        let (sender, mut receiver) = mpsc::channel(1);
        (sender, StreamBody::new(futures::stream::poll_fn(move |cx| receiver.poll_recv(cx))))
    }

    fn piece(size: usize) -> Piece {
        Ok(Frame::data(vec![7_u8; size].into()))
    }

    #[tokio::test]
    async fn the_rest_is_read_as_far_as_it_is_long() {
        let (sender, body) = body();
        let mut unread = Unread::new(body, &HeaderMap::new());
        sender.send(piece(3)).await.unwrap();
        assert!(unread.frame().await.unwrap().is_ok());
        drop(unread);
        for _ in 0..2 {
            sender.send(piece(limits::MAX_REQUEST_BODY)).await.unwrap();
        }
        sender.closed().await;
        assert!(sender.is_closed());
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_is_not_waited_for_for_ever() {
        let (sender, body) = body();
        drop(Unread::new(body, &HeaderMap::new()));
        sender.closed().await;
        assert!(sender.is_closed());
    }

    #[tokio::test]
    async fn nobody_is_told_to_send_what_is_not_wanted() {
        let (sender, body) = body();
        let headers = HeaderMap::from_iter([(header::EXPECT, HeaderValue::from_static("100-continue"))]);
        drop(Unread::new(body, &headers));
        assert!(sender.is_closed());
    }
}
