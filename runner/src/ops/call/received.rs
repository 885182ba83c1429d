//! What is known of the content of a call while the function reads it.

use crate::exec::CallError;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why content did not come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// There is more of it than a call may have.
    #[error("the request body is larger than {} bytes", ramekin_model::limits::MAX_REQUEST_BODY)]
    TooLarge,
    /// It cannot be read, or ended before its end.
    #[error("the request body could not be read")]
    Unreadable,
}

impl Broken {
    /// The status that stands for it.
    pub fn status(self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Unreadable => 400,
        }
    }
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Received {
    bytes: AtomicU64,
    broken: OnceLock<Broken>,
}

impl Received {
    /// Counts more of it.
    pub fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// It will not come whole.
    pub fn break_off(&self, why: Broken) {
        let _ = self.broken.set(why);
    }

    /// How much has come.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether content that broke off is to blame for a failed call: the function threw, and will have thrown because of it.
    pub(super) fn blame(&self, error: &CallError) -> Option<Broken> {
        match error {
            CallError::Exception { .. } => self.broken.get().copied(),
            CallError::Timeout { .. } | CallError::Memory { .. } | CallError::Cancelled | CallError::Host(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exception_is_blamed_on_the_content() {
        let threw = CallError::Exception { message: "read".into(), stack: None };
        let received = Received::default();
        assert_eq!(received.blame(&threw), None);
        received.break_off(Broken::TooLarge);
        received.break_off(Broken::Unreadable);
        assert_eq!(received.blame(&threw).map(Broken::status), Some(413), "the first reason counts");
        assert_eq!(received.blame(&CallError::Timeout { limit_ms: 1, duration_ms: 1 }), None);
    }
}
