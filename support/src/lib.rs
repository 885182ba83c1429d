//! What the engine needs of its host wherever it runs, at deploy and in a call, so that its heap images need not hold it:
//! text and time zones, which take large tables, and the engine's own JavaScript that few functions use. Pure: the same arguments give the
//! same answers.

mod builtins;
pub mod intl;
mod modules;
pub mod text;

pub use builtins::{Builtin, builtin, builtin_names};
pub use modules::{MalformedArchive, Modules};
