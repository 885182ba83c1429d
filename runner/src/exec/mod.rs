//! The sandbox: building images, running calls. The only part of the runner that touches a wasmtime `Store`.

mod admission;
mod call;
mod engine;
mod files;
mod image;
mod pages;
mod rest;

pub use admission::{Admission, Counts as AdmissionCounts, Refused, Slot};
pub use call::{Call, CallError, Ended, Reply};
pub use engine::{Sandbox, SandboxError, SandboxOptions};
pub use files::{ImageFiles, Version};
pub use image::{BuildError, Built, Image, StartupKind};
