//! `wait-until`: how long an instance lives after its response. It counts the response body, while that is being sent,
//! and the pieces of work registered with `ctx.waitUntil`.

use crate::bindings::ramekin::function::{snapshot, wait_until};
use crate::state::CallState;
use futures::task::AtomicWaker;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use tokio::sync::Notify;

/// Counts what keeps the instance alive.
#[derive(Default)]
pub struct Lifetime {
    pieces: AtomicU32,
    background: AtomicU32,
    idle: AtomicWaker,
    changed: Notify,
}

impl Lifetime {
    /// One more piece: a body being sent.
    pub fn begin(&self) {
        self.pieces.fetch_add(1, Ordering::Relaxed);
    }

    /// One piece less.
    pub fn end(&self) {
        // A function may say `end` once too often: the count stays at zero.
        let left = self.pieces.try_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1));
        if left.is_ok_and(|before| before == 1) {
            self.idle.wake();
        }
    }

    /// One more piece of work registered with `waitUntil`.
    pub fn begin_background(&self) {
        self.background.fetch_add(1, Ordering::AcqRel);
        self.begin();
        self.change();
    }

    /// One piece of it has settled. When it was the last, the time of the response counts again.
    pub fn end_background(&self) {
        if self.background.try_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1)).is_ok() {
            self.end();
            self.change();
        }
    }

    /// What the instance may still live for has changed.
    pub fn change(&self) {
        self.changed.notify_one();
    }

    /// Returns after a change, at once if there was one that nobody has waited for.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Whether work registered with `waitUntil` is unsettled.
    pub fn has_background(&self) -> bool {
        self.background.load(Ordering::Acquire) > 0
    }

    /// Returns when nothing keeps the instance alive.
    pub async fn idle(&self) {
        poll_fn(|cx| {
            self.idle.register(cx.waker());
            if self.pieces.load(Ordering::Acquire) == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

impl wait_until::Host for CallState {
    fn begin(&mut self) -> wasmtime::Result<()> {
        self.lifetime.begin_background();
        Ok(())
    }

    fn end(&mut self) -> wasmtime::Result<()> {
        self.lifetime.end_background();
        Ok(())
    }
}

/// The way of a heap image out of the sandbox leads nowhere in a call.
impl snapshot::Host for CallState {
    fn take(&mut self, _memory: Vec<u8>) -> wasmtime::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Lifetime;
    use futures::FutureExt as _;

    #[test]
    fn each_piece_counts_once_and_every_change_of_the_work_is_told() {
        let lifetime = Lifetime::default();
        let is_idle = || lifetime.idle().now_or_never().is_some();
        let has_changed = || lifetime.changed().now_or_never().is_some();
        assert!(is_idle() && !has_changed());
        lifetime.begin_background();
        assert!(lifetime.has_background() && has_changed() && !has_changed() && !is_idle());
        // A body that is being sent outlasts it.
        lifetime.begin();
        lifetime.end_background();
        assert!(!lifetime.has_background() && has_changed() && !is_idle());
        // Said once too often: the body counts all the same.
        lifetime.end_background();
        assert!(!has_changed() && !is_idle());
        lifetime.end();
        assert!(is_idle());
        lifetime.end();
        lifetime.begin();
        assert!(!is_idle());
    }
}
