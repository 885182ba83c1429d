//! From source to heap image. No network, no clock, no database: what is not in the arguments has no influence.

mod artifact;
mod diagnostic;
mod link;
mod snapshot;
mod source;
mod source_map;
mod transpile;

pub use artifact::{Artifact, BuildError, Compiler, StartupMode};
pub use diagnostic::{Diagnostic, Diagnostics};
pub use link::image;
pub use snapshot::{Evaluator, ModuleSource, Setting, Snapshot, SnapshotError, Startup};
pub use source::Source;
pub use source_map::{SourceMap, remap_stack};
pub use transpile::{Transpiled, transpile};
