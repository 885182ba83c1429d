//! The sandbox: building images, running calls. The only part of the runner that touches a wasmtime `Store`.

mod admission;
mod call;
mod engine;
mod image;

pub use admission::{Admission, Refused, Slot};
pub use call::{Call, CallError, Ended, Reply};
pub use engine::{Sandbox, SandboxError, SandboxOptions};
pub use image::{BuildError, Built, Image, StartupKind};
