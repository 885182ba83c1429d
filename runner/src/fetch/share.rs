//! Fair shares of what the server has only so much of: an app that has used up its own waits, and leaves the rest to
//! others.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Permits for the whole server.
#[derive(Clone)]
pub struct Supply {
    permits: Arc<Semaphore>,
    per_app: usize,
}

/// What one app may have of a [`Supply`].
#[derive(Clone)]
pub struct Share {
    app: Arc<Semaphore>,
    server: Arc<Semaphore>,
    size: usize,
}

/// A permit; dropping it gives it back.
pub struct Permit {
    _app: Option<OwnedSemaphorePermit>,
    _server: Option<OwnedSemaphorePermit>,
}

impl Supply {
    /// So many in all, and so many for one app.
    pub fn new(total: usize, per_app: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(total)), per_app }
    }

    /// An app's share.
    pub fn share(&self) -> Share {
        Share { app: Arc::new(Semaphore::new(self.per_app)), server: Arc::clone(&self.permits), size: self.per_app }
    }
}

impl Share {
    /// Waits for a permit.
    pub async fn take(&self) -> Permit {
        // The app's own first: who waits for that keeps nothing from others. Only closing a semaphore fails, and nobody
        // closes these.
        let app = Arc::clone(&self.app).acquire_owned().await.ok();
        let server = Arc::clone(&self.server).acquire_owned().await.ok();
        Permit { _app: app, _server: server }
    }

    /// Whether the app holds any.
    pub fn in_use(&self) -> bool {
        self.app.available_permits() < self.size
    }

    /// Whether none is left, for the app or for all of them.
    pub fn used_up(&self) -> bool {
        self.app.available_permits() == 0 || self.server.available_permits() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[test]
    fn an_app_gets_its_share_and_not_more() {
        let supply = Supply::new(3, 2);
        let (one, other) = (supply.share(), supply.share());
        assert!(!one.in_use() && !one.used_up());
        let take = |share: &Share| share.take().now_or_never();
        let (first, _second) = (take(&one).unwrap(), take(&one).unwrap());
        assert!(one.used_up() && !other.used_up());
        assert!(take(&one).is_none(), "its share is used up");
        let _third = take(&other).unwrap();
        assert!(take(&other).is_none(), "the supply is used up");
        assert!(one.in_use() && other.in_use() && other.used_up());
        drop(first);
        assert!(take(&other).is_some());
    }
}
