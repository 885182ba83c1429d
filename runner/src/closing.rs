//! The order to end, for tasks that write what is left before they do: it names the time until which they may try.

use std::future::pending;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Gives the order.
#[derive(Clone)]
pub struct Close(watch::Sender<Option<Instant>>);

/// Waits for it.
#[derive(Clone)]
pub struct Closing(watch::Receiver<Option<Instant>>);

/// Both ends of an order that was not given yet.
pub fn closing() -> (Close, Closing) {
    let (close, closing) = watch::channel(None);
    (Close(close), Closing(closing))
}

impl Close {
    /// There is so much time left.
    pub fn within(&self, time: Duration) {
        self.0.send_replace(Some(Instant::now() + time));
    }
}

impl Closing {
    /// Waits for the order.
    pub async fn ordered(&mut self) -> Instant {
        let until = self.0.wait_for(Option::is_some).await.ok().and_then(|until| *until);
        match until {
            Some(until) => until,
            // Whoever gives the order was dropped, so nobody will.
            None => pending().await,
        }
    }

    /// Waits until there is no time left.
    pub async fn over(&mut self) {
        let until = self.ordered().await;
        sleep_until(until).await;
    }
}
