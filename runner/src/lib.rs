//! Ramekin: a self-hosted runner for serverless TypeScript functions. This crate puts the parts together: the command line,
//! the server, the operations behind it, and the sandbox.

pub mod cli;
pub mod closing;
pub mod config;
pub mod database;
pub mod exec;
pub mod fetch;
pub mod images;
pub mod meter;
pub mod ops;
pub mod origins;
pub mod otlp;
pub mod passwords;
pub mod platform;
pub mod process;
pub mod rate_limits;
pub mod recorder;
pub mod registry;
pub mod retention;
pub mod server;
pub mod shutdown;
pub mod telemetry;
pub mod tokens;
pub mod vault;
