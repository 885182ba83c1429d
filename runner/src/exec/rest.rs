//! When a call that waits gives back the pages that it has only read.
//!
//! Giving back costs about as much as a short call, and so does having the pages again; so a call does it when it has waited for
//! some time, and at once only when many others wait too: what their pages take is bounded by [`CROWD`], however many come.

use super::pages;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A call that has run for so long, and waits, gives back what it can of its memory.
const REST_AFTER: Duration = Duration::from_millis(50);
/// So many calls may wait and keep their pages meanwhile.
const CROWD: usize = 128;

/// The calls that wait and have given back nothing yet.
#[derive(Debug, Default)]
pub(super) struct Crowd(AtomicUsize);

/// Of one call.
pub(super) struct Rest<'a> {
    crowd: &'a Crowd,
    /// Where its memory lies, once it has waited for the first time.
    memory: &'a OnceLock<Range<usize>>,
    at: Instant,
    /// Ever longer, so that it costs nothing in a call that is busy for long.
    interval: Duration,
    /// It counts in the crowd.
    counted: bool,
    /// It ran since it last gave back.
    ran: bool,
    /// It has given back before.
    rested: bool,
}

impl<'a> Rest<'a> {
    pub(super) fn new(started: Instant, crowd: &'a Crowd, memory: &'a OnceLock<Range<usize>>) -> Self {
        let (at, interval) = (started + REST_AFTER, REST_AFTER);
        Self { crowd, memory, at, interval, counted: false, ran: false, rested: false }
    }

    /// When to `take` next.
    pub(super) fn due(&self) -> Instant {
        self.at
    }

    /// It has run, and waits now.
    pub(super) fn wait(&mut self) {
        self.ran = true;
        if self.rested || self.counted || self.memory.get().is_none() {
            return;
        }
        self.counted = true;
        if self.crowd.0.fetch_add(1, Ordering::Relaxed) >= CROWD {
            self.give_back();
        }
    }

    /// Gives back if it is time to.
    pub(super) fn take(&mut self) {
        if self.at > Instant::now() {
            return;
        }
        if self.ran {
            self.give_back();
        }
        self.interval *= 2;
        self.at = Instant::now() + self.interval;
    }

    /// What an instance leaves mapped is kept for the next one, which is worth it where calls are short. Of a thousand that
    /// waited together it would be the most that the server ever needs.
    pub(super) fn end(&mut self) {
        if self.rested {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        let Some(memory) = self.memory.get() else { return };
        pages::give_back_unchanged(memory.clone());
        (self.ran, self.rested) = (false, true);
        self.leave();
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.counted) {
            self.crowd.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_may_keep_their_pages_and_the_next_gives_them_back_at_once() {
        let (crowd, memory) = (Crowd::default(), OnceLock::from(0..0));
        let new = || Rest::new(Instant::now(), &crowd, &memory);
        let mut waiting: Vec<_> = std::iter::repeat_with(new).take(CROWD).collect();
        waiting.iter_mut().for_each(Rest::wait);
        // However often one waits, it counts once.
        waiting.iter_mut().for_each(Rest::wait);
        assert!(waiting.iter().all(|rest| !rest.rested));
        let mut next = new();
        next.wait();
        assert!(next.rested);
        drop(waiting.pop());
        let mut last = new();
        last.wait();
        assert!(!last.rested, "one that ended makes room");
    }

    #[test]
    fn a_call_that_has_waited_for_long_leaves_the_crowd() {
        let (crowd, memory) = (Crowd::default(), OnceLock::from(0..0));
        let mut rest = Rest::new(Instant::now(), &crowd, &memory);
        rest.wait();
        rest.take();
        assert!(!rest.rested, "it has not waited for long");
        rest.at = Instant::now();
        rest.take();
        assert!(rest.rested);
        assert_eq!(crowd.0.load(Ordering::Relaxed), 0);
        assert!(rest.due() >= Instant::now() + REST_AFTER);
    }

    #[test]
    fn a_call_that_never_waited_keeps_what_it_has() {
        let (crowd, memory) = (Crowd::default(), OnceLock::new());
        let mut rest = Rest::new(Instant::now() - REST_AFTER, &crowd, &memory);
        rest.wait();
        rest.take();
        rest.end();
        assert!(!rest.rested);
        assert_eq!(crowd.0.load(Ordering::Relaxed), 0);
    }
}
