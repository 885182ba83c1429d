//! Packages of the npm registry: found as the user's npm configuration says, chosen, checked, unpacked and kept.
//!
//! A package is kept in a folder whose name holds its hash, so that what is there is what was asked for, and is never fetched
//! twice. No script of a package is ever run.

mod choose;
mod client;
mod environment;
mod error;
mod limits;
mod lock_file;
mod metadata;
mod name;
mod registry;
mod store;
mod tree;
mod unpack;

pub use client::{CONNECT_TIMEOUT, agent};
pub use environment::Environment;
pub use error::{Cause, NpmError};
pub use limits::Limits;
pub use lock_file::read as read_lock_file;
pub use registry::Registry;
pub use store::Packages;
pub use tree::{Node, Tree, Want};

#[cfg(test)]
mod tests;
