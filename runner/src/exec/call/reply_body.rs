//! The response body of a call, from the sandbox to whoever has called: how far it is, and whether somebody wants the rest.

use super::{Progress, too_large};
use bytes::Bytes;
use ramekin_host_api::body;
use ramekin_model::limits;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

/// Dropped when the sandbox has given all of the response body.
pub(super) struct BodyDone(pub(super) Arc<Progress>);

impl Drop for BodyDone {
    fn drop(&mut self) {
        self.0.end_body();
    }
}

/// The response body on its way to the caller. Dropping it early tells the call that nobody wants the rest.
pub(super) struct ReplyBody {
    pub(super) stream: body::Stream,
    pub(super) progress: Arc<Progress>,
}

impl futures::Stream for ReplyBody {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.stream.as_mut().poll_next(cx);
        match &next {
            Poll::Ready(Some(Ok(chunk))) => {
                let before = self.progress.response_bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                if before + chunk.len() as u64 > limits::MAX_RESPONSE_BODY as u64 {
                    let text = too_large().message;
                    self.progress.fail_late(text.clone());
                    return Poll::Ready(Some(Err(std::io::Error::other(text))));
                }
            }
            Poll::Ready(None) => self.progress.mark_complete(),
            _ => {}
        }
        next
    }
}

impl Drop for ReplyBody {
    fn drop(&mut self) {
        self.progress.mark_complete();
        self.progress.end_body();
    }
}
