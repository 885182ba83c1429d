//! From source to heap image. No network, no clock, no database: what is not in the arguments has no influence.

mod artifact;
mod diagnostic;
mod link;
mod position;
mod snapshot;
mod source;
mod source_map;
mod transpile;

pub use artifact::{Artifact, BuildError, Compiler, StartupMode, too_slow};
pub use diagnostic::{Diagnostic, DiagnosticCode, Diagnostics, MAX_DIAGNOSTICS};
pub use link::image;
pub use position::Position;
pub use snapshot::{Evaluator, MODE_VARIABLE, ModuleSource, Setting, Snapshot, SnapshotError, Startup};
pub use source::Source;
pub use source_map::{MAX_STACK, Origin, SourceMap, SourceMapError, remap_stack};
pub use transpile::{Import, ImportKind, MAX_SOURCE, Transpiled, imports, transpile};
