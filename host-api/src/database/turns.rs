//! Turns of the transactions of one call. One more than may be open waits until another ends, and is refused when it would
//! wait for itself: when the open ones wait, each of them, for a transaction to begin.

use super::turn;
use crate::bindings::ramekin::function::database::Error;
use ramekin_model::limits;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// What the transactions of one call share.
pub(super) struct Turns {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Transactions that are to begin, those that wait for their turn among them.
    beginning: usize,
    waiting: usize,
    /// The function does nothing until one of them has begun, or has failed to.
    alone: bool,
}

/// A transaction that is to begin. When it has, the function goes on.
pub(super) struct Beginning(Arc<Turns>);

impl Drop for Beginning {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.beginning -= 1;
        state.alone = false;
    }
}

/// Counts one that waits.
struct Waiting<'a>(&'a Turns);

impl<'a> Waiting<'a> {
    fn new(turns: &'a Turns) -> Self {
        turns.state().waiting += 1;
        Self(turns)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

impl Turns {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(limits::MAX_OPEN_TRANSACTIONS)),
            state: Mutex::default(),
            changed: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The function waits for nothing but transactions to begin.
    pub(super) fn wait_alone(&self) {
        self.state().alone = true;
        self.changed.notify_waiters();
    }

    /// A transaction is to begin.
    pub(super) fn enter(self: &Arc<Self>) -> Beginning {
        self.state().beginning += 1;
        Beginning(Arc::clone(self))
    }

    /// Its turn, which lasts as long as the transaction is open.
    pub(super) async fn take(&self, until: Instant) -> Result<OwnedSemaphorePermit, Error> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = Waiting::new(self);
        let permit = turn(Arc::clone(&self.permits), until, "transactions open", limits::MAX_OPEN_TRANSACTIONS);
        tokio::select! {
            permit = permit => permit,
            () = self.stuck() => Err(Error::Refused(format!(
                "a transaction cannot begin: this call has {} open, as many as it may, and they wait for this one: inside \
                 the callback of a transaction use the `db` that it is given",
                limits::MAX_OPEN_TRANSACTIONS
            ))),
        }
    }

    /// Until all that begin wait for their turn, and the function for them.
    async fn stuck(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let state = self.state();
                if state.alone && state.waiting == state.beginning {
                    return;
                }
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::WAIT;
    use super::*;
    use futures::FutureExt as _;
    use tokio::time::Instant as Clock;

    /// One that is to begin: done with the outcome, it is no longer.
    async fn ask(turns: Arc<Turns>) -> Result<OwnedSemaphorePermit, Error> {
        let _beginning = turns.enter();
        turns.take(Clock::now().into_std() + WAIT).await
    }

    async fn all(turns: &Arc<Turns>) -> Vec<OwnedSemaphorePermit> {
        let mut open = Vec::new();
        for _ in 0..limits::MAX_OPEN_TRANSACTIONS {
            open.push(ask(Arc::clone(turns)).await.unwrap());
        }
        open
    }

    #[tokio::test(start_paused = true)]
    async fn one_more_than_may_be_open_waits_five_seconds_while_the_function_does_something_else() {
        let turns = Turns::new();
        let mut open = all(&turns).await;
        let begun = Clock::now();
        let Err(Error::Unavailable(text)) = ask(Arc::clone(&turns)).await else { panic!("one more was opened") };
        assert!(text.starts_with("Database connection timeout (5s)") && text.contains("3 transactions open"), "{text}");
        assert_eq!(begun.elapsed().as_millis() / 10, WAIT.as_millis() / 10);
        open.pop();
        assert!(ask(turns).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_would_wait_for_itself_is_refused_at_once() {
        let turns = Turns::new();
        let mut open = all(&turns).await;
        let begun = Clock::now();
        // The function tells before its request arrives, and after.
        turns.wait_alone();
        let Err(Error::Refused(text)) = ask(Arc::clone(&turns)).await else { panic!("one more was opened") };
        assert!(text.contains("3 open"), "{text}");
        let mut next = Box::pin(ask(Arc::clone(&turns)));
        assert!((&mut next).now_or_never().is_none(), "the function has gone on since, and may end a transaction");
        turns.wait_alone();
        assert!(matches!(next.await, Err(Error::Refused(_))));
        assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
        open.pop();
        turns.wait_alone();
        assert!(ask(turns).await.is_ok(), "there is room for one");
    }

    #[tokio::test(start_paused = true)]
    async fn of_several_that_wait_for_themselves_one_is_refused_and_then_the_function_goes_on() {
        let turns = Turns::new();
        let mut open = all(&turns).await;
        let mut waiting = [Box::pin(ask(Arc::clone(&turns))), Box::pin(ask(Arc::clone(&turns)))];
        for next in &mut waiting {
            assert!(next.now_or_never().is_none());
        }
        turns.wait_alone();
        let [first, second] = waiting;
        assert!(matches!(first.await, Err(Error::Refused(_))));
        let second = tokio::spawn(second);
        tokio::task::yield_now().await;
        open.pop();
        assert!(second.await.unwrap().is_ok(), "the function has ended one instead");
    }

    #[tokio::test(start_paused = true)]
    async fn while_another_is_about_to_begin_none_is_refused() {
        let turns = Turns::new();
        let mut open = all(&turns).await;
        // Has its turn and waits for the database.
        let (beginning, permit) = (turns.enter(), open.pop().unwrap());
        let mut next = Box::pin(ask(Arc::clone(&turns)));
        assert!((&mut next).now_or_never().is_none());
        turns.wait_alone();
        assert!((&mut next).now_or_never().is_none());
        drop(beginning);
        assert!((&mut next).now_or_never().is_none());
        drop(permit);
        assert!(next.await.is_ok());
    }
}
