//! The host half of every import of `wit/`: what a function can do, and nothing else.
//!
//! Knows no platform table and no route. What it needs of the platform it is handed by value in [`CallState`] or asks for
//! through a trait of [`ports`].

mod bindings;
pub mod body;
mod clocks;
mod context;
mod crypto;
mod database;
mod entropy;
mod environment;
mod fetch;
pub mod fields;
mod idempotency;
mod intl;
mod invoke;
mod lifetime;
mod log;
mod memory;
pub mod ports;
mod state;
mod text;
mod web_socket;

pub use bindings::exports::ramekin::function::handler::{Failure, FailureKind, Request, Response};
pub use bindings::ramekin::function::http::{Body, BodyStream};
pub use bindings::{Engine as EngineWorld, EnginePre as EngineWorldPre};
pub use context::{AppInfo, CallContext, Caller, CallerType};
pub use crypto::{Crypto, CryptoPool};
pub use database::{AnonymousRole, Queries};
pub use environment::Environment;
pub use fetch::Fetches;
pub use lifetime::Lifetime;
pub use log::Console;
pub use memory::MemoryLimiter;
pub use state::CallState;
pub use text::MAX_DECODERS;

use bindings::ramekin::function as imports;
use wasmtime::component::{HasData, Linker};

/// Marks that the imports borrow the call's state.
struct Host;

impl HasData for Host {
    type Data<'a> = &'a mut CallState;
}

/// Every import a function has. Reading this list answers what a function can do.
///
/// # Errors
/// When a name is defined twice.
pub fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    fn state(state: &mut CallState) -> &mut CallState {
        state
    }
    imports::clocks::add_to_linker::<_, Host>(linker, state)?;
    imports::context::add_to_linker::<_, Host>(linker, state)?;
    imports::crypto::add_to_linker::<_, Host>(linker, state)?;
    crypto::add_to_linker(linker)?;
    imports::database::add_to_linker::<_, Host>(linker, state)?;
    database::add_to_linker(linker)?;
    imports::entropy::add_to_linker::<_, Host>(linker, state)?;
    imports::environment::add_to_linker::<_, Host>(linker, state)?;
    imports::fetch::add_to_linker::<_, Host>(linker, state)?;
    imports::http::add_to_linker::<_, Host>(linker, state)?;
    imports::idempotency::add_to_linker::<_, Host>(linker, state)?;
    imports::intl::add_to_linker::<_, Host>(linker, state)?;
    imports::invoke::add_to_linker::<_, Host>(linker, state)?;
    imports::log::add_to_linker::<_, Host>(linker, state)?;
    imports::modules::add_to_linker::<_, Host>(linker, state)?;
    memory::add_to_linker(linker)?;
    imports::snapshot::add_to_linker::<_, Host>(linker, state)?;
    imports::text::add_to_linker::<_, Host>(linker, state)?;
    imports::wait_until::add_to_linker::<_, Host>(linker, state)?;
    imports::web_socket::add_to_linker::<_, Host>(linker, state)
}
