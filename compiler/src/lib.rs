//! From source to heap image. No network, no clock, no database: what is not in the arguments has no influence.

mod link;
mod snapshot;

pub use link::image;
pub use snapshot::{Evaluator, ModuleSource, Setting, Snapshot, SnapshotError, Startup};
