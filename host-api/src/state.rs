//! What one call holds on the host's side.

use crate::ports::Invoke;
use crate::{CallContext, Console, Crypto, Environment, Fetches, Lifetime, MemoryLimiter, Queries};
use ramekin_support::Modules;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use wasmtime::component::ResourceTable;

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
    /// The other functions of the app.
    pub peers: Arc<dyn Invoke>,
    /// Cryptography that takes long.
    pub crypto: Crypto,
    /// What the function holds of the host's.
    pub table: ResourceTable,
    /// The engine's own modules.
    pub modules: Arc<Modules>,
    /// SQL.
    pub queries: Queries,
    /// Cap on linear memory and tables.
    pub limiter: MemoryLimiter,
    /// Addresses of its linear memory, told when the call first waits. They hold as long as the instance.
    pub memory: Arc<OnceLock<Range<usize>>>,
}
