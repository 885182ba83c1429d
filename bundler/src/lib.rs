//! From the files of a function and the packages they import to one ES module with a source map.
//!
//! Bundling parses what anybody wrote, natively. So it runs in a process of its own ([`Bundlers`] starts it, [`child`] is what
//! runs in it), which has no network, may write nothing, and ends when it takes too much time or memory. Everything it needs
//! is in its [`Request`], except the files of packages, which it reads from their folder.

pub mod builtins;
pub mod child;
mod jsx;
mod map;
mod nearest;
mod paths;
mod plugin;
mod process;
mod request;
mod resolve;
mod rolldown;
pub mod specifier;

pub use jsx::{FileJsx, file_jsx};
pub use nearest::nearest;
pub use paths::{extension_of, join, probe};
pub use process::{Bundlers, ProcessError};
pub use request::{Answer, Bundle, Classes, Jsx, Package, Problem, ProblemKind, Request, Target};
pub use rolldown::Rolldown;

/// Makes one module of many. The one place that knows which bundler does it.
pub trait Bundler {
    /// Bundles.
    ///
    /// # Errors
    /// Everything that is wrong with the sources.
    fn bundle(&self, request: Request) -> impl Future<Output = Result<Bundle, Vec<Problem>>> + Send;
}
