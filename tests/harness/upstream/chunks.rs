//! Content that comes in chunks: at once, with pauses, or broken off.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::io::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// See the module's documentation.
pub struct Chunks {
    left: VecDeque<Bytes>,
    pause: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    cut: bool,
    whole: bool,
}

impl Chunks {
    fn new(left: VecDeque<Bytes>) -> Self {
        Self { left, pause: Duration::ZERO, waiting: None, cut: false, whole: false }
    }

    /// All at once, with its length said before.
    pub fn whole(content: impl Into<Bytes>) -> Self {
        Self { whole: true, ..Self::new(VecDeque::from([content.into()])) }
    }

    /// One after the other.
    pub fn paced(chunks: VecDeque<Bytes>, pause: Duration) -> Self {
        Self { pause, ..Self::new(chunks) }
    }

    /// Breaks off after this.
    pub fn cut(start: &'static str) -> Self {
        Self::cut_after(VecDeque::from([start.into()]))
    }

    /// Breaks off after these.
    pub fn cut_after(chunks: VecDeque<Bytes>) -> Self {
        Self { cut: true, ..Self::new(chunks) }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some(waiting) = self.waiting.as_mut() {
            ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
        }
        let Some(chunk) = self.left.pop_front() else {
            return Poll::Ready(self.cut.then(|| Err(Error::other("cut on purpose"))));
        };
        // The pause also gives a start that will be cut its time on the wire.
        let pause = if self.cut { Duration::from_millis(50) } else { self.pause };
        if !pause.is_zero() {
            self.waiting = Some(Box::pin(sleep(pause)));
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.left.iter().map(|chunk| chunk.len() as u64).sum();
        if self.whole { SizeHint::with_exact(length) } else { SizeHint::default() }
    }
}
