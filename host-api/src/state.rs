//! What one call holds on the host's side.

use crate::ports::Fetch;
use crate::{CallContext, Console, Environment, Lifetime, MemoryLimiter};
use ramekin_model::limits;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// State of one call, the data of its store.
pub struct CallState {
    /// Start of the call on the monotonic clock.
    pub started: Instant,
    /// Environment variables of the function.
    pub environment: Arc<Environment>,
    /// Who calls.
    pub context: CallContext,
    /// Where console lines go.
    pub console: Arc<Console>,
    /// What keeps the instance alive after its response.
    pub lifetime: Arc<Lifetime>,
    /// Outbound requests.
    pub fetches: Fetches,
    /// Cap on linear memory and tables.
    pub limiter: MemoryLimiter,
}

/// Outbound requests of one call.
pub struct Fetches {
    /// Sends them.
    pub client: Arc<dyn Fetch>,
    /// How many were made.
    pub made: u32,
    /// Bounds those in flight; made at first use.
    in_flight: Option<Arc<Semaphore>>,
}

impl Fetches {
    /// None made yet.
    pub fn new(client: Arc<dyn Fetch>) -> Self {
        Self { client, made: 0, in_flight: None }
    }

    /// Counts one more. `None` past the limit.
    pub(crate) fn start(&mut self) -> Option<Arc<Semaphore>> {
        if self.made >= limits::MAX_FETCHES {
            return None;
        }
        self.made += 1;
        let in_flight = self.in_flight.get_or_insert_with(|| Arc::new(Semaphore::new(limits::MAX_PARALLEL_FETCHES)));
        Some(Arc::clone(in_flight))
    }
}
