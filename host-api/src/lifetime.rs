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
        self.lifetime.background.fetch_add(1, Ordering::AcqRel);
        self.lifetime.begin();
        self.lifetime.change();
        Ok(())
    }

    fn end(&mut self) -> wasmtime::Result<()> {
        let background = &self.lifetime.background;
        if background.try_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1)).is_ok() {
            self.lifetime.end();
        }
        Ok(())
    }
}

/// The way of a heap image out of the sandbox leads nowhere in a call.
impl snapshot::Host for CallState {
    fn take(&mut self, _memory: Vec<u8>) -> wasmtime::Result<()> {
        Ok(())
    }
}
