//! Wiring.
pub mod exec;
