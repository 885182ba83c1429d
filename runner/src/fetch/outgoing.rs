//! Content on its way out. A request is over with the response to it: what is left of its content then is let go of at
//! once, whatever its connection is waiting for, so that nothing of a call stays in memory after it.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use ramekin_host_api::ports::Content;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Content at hand is sent in pieces of this size. They are copies: a part of it would keep all of it.
const PIECE: usize = 64 * 1024;

/// The content of one request, for its connection.
pub struct Outgoing(Arc<Mutex<Sending>>);

/// Held while the request is under way.
pub struct Underway(Arc<Mutex<Sending>>);

#[derive(Default)]
struct Sending {
    /// `None` once the request is over.
    content: Option<Content>,
    /// The connection, where it waits for more.
    waiting: Option<Waker>,
    /// Bytes that the connection was given.
    sent: usize,
}

/// Content to send, and what ends that when it is dropped.
pub fn outgoing(content: Content) -> (Outgoing, Underway) {
    let sending = Arc::new(Mutex::new(Sending { content: Some(content), waiting: None, sent: 0 }));
    (Outgoing(Arc::clone(&sending)), Underway(sending))
}

fn lock(sending: &Mutex<Sending>) -> MutexGuard<'_, Sending> {
    sending.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Underway {
    /// How many bytes the connection was given, once it asks for no more.
    pub fn sent(&self) -> Option<usize> {
        (Arc::strong_count(&self.0) == 1).then(|| lock(&self.0).sent)
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let Sending { content, waiting, .. } = std::mem::take(&mut *lock(&self.0));
        drop(content);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let mut sending = lock(&self.0);
        let next = match sending.content.as_mut() {
            None => Poll::Ready(Some(Err(io::Error::other("the request is over")))),
            Some(Content::Empty) => Poll::Ready(None),
            Some(Content::Bytes(bytes)) if bytes.is_empty() => Poll::Ready(None),
            Some(Content::Bytes(bytes)) => {
                let piece = bytes.split_to(bytes.len().min(PIECE));
                Poll::Ready(Some(Ok(Bytes::copy_from_slice(&piece))))
            }
            Some(Content::Stream(stream)) => stream.as_mut().poll_next(cx),
        };
        sending.waiting = next.is_pending().then(|| cx.waker().clone());
        if let Poll::Ready(Some(Ok(piece))) = &next {
            sending.sent += piece.len();
        }
        next.map_ok(Frame::data)
    }

    fn is_end_stream(&self) -> bool {
        match &lock(&self.0).content {
            Some(Content::Empty) => true,
            Some(Content::Bytes(bytes)) => bytes.is_empty(),
            Some(Content::Stream(_)) | None => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &lock(&self.0).content {
            Some(Content::Empty) => SizeHint::with_exact(0),
            Some(Content::Bytes(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            Some(Content::Stream(_)) | None => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use http_body_util::BodyExt as _;

    /// Tells whether it is still there.
    struct Owned {
        _there: Arc<()>,
    }

    impl AsRef<[u8]> for Owned {
        fn as_ref(&self) -> &[u8] {
            &[7; 3 * PIECE]
        }
    }

    #[tokio::test]
    async fn content_at_hand_goes_out_in_pieces_that_do_not_keep_it() {
        let there = Arc::new(());
        let content = Content::Bytes(Bytes::from_owner(Owned { _there: Arc::clone(&there) }).slice(..2 * PIECE + 1));
        let (mut body, underway) = outgoing(content);
        let mut sizes = Vec::new();
        let mut pieces = Vec::new();
        for _ in 0..2 {
            assert!(!body.is_end_stream());
            sizes.push(body.size_hint().exact());
            pieces.push(body.frame().await.unwrap().unwrap().into_data().unwrap());
        }
        assert_eq!(sizes, [Some(2 * PIECE as u64 + 1), Some(PIECE as u64 + 1)]);
        assert_eq!(Arc::strong_count(&there), 2);
        drop(underway);
        assert_eq!(Arc::strong_count(&there), 1, "the connection keeps nothing of it but pieces");
        assert!(pieces.iter().all(|piece| piece.len() == PIECE));
        assert!(body.frame().await.unwrap().is_err(), "what is cut short is no short content");
    }

    #[tokio::test]
    async fn all_of_it_is_sent_and_then_it_ends() {
        let (mut body, underway) = outgoing(Content::Bytes(vec![7; PIECE + 1].into()));
        for size in [PIECE, 1] {
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), size);
        }
        assert!(body.is_end_stream() && body.frame().await.is_none());
        assert_eq!(underway.sent(), None, "the connection may ask for more");
        drop(body);
        assert_eq!(underway.sent(), Some(PIECE + 1));
        let (body, _underway) = outgoing(Content::Empty);
        assert!(body.is_end_stream() && body.size_hint().exact() == Some(0));
    }

    #[tokio::test]
    async fn a_connection_that_waits_for_more_is_told() {
        let (mut body, underway) = outgoing(Content::Stream(Box::pin(futures::stream::pending())));
        assert!(body.frame().now_or_never().is_none());
        let waiting = tokio::spawn(async move { body.frame().await.unwrap().is_err() });
        tokio::task::yield_now().await;
        drop(underway);
        assert!(waiting.await.unwrap());
    }
}
