//! Chores of this repository, as `cargo xtask VERB`.

mod api_docs;
mod build_engine;
mod conformance;
mod core_module;
mod inputs;
mod serving_component;

use clap::Parser;

/// Chores of this repository.
#[derive(Parser)]
enum Verb {
    /// Build `engine/` to `engine/dist/`: engine.wasm, base.wasm and the hash of what they were made from.
    ///
    /// Needs the Rust target wasm32-wasip1 (`rustup target add wasm32-wasip1`) and a WASI SDK, whose folder is given in
    /// WASI_SDK.
    BuildEngine,
    /// Write `docs/api.md` from what `ramekin openapi` says.
    ApiDocs,
    /// Run public suites inside deployed functions, and compare with `tests/conformance/`.
    ///
    /// Needs the suites' folders and a server built beside this program; web-platform-tests also need Python 3 with the
    /// package `wptserve`.
    Conformance(conformance::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Verb::parse() {
        Verb::BuildEngine => build_engine::run(),
        Verb::ApiDocs => api_docs::run(),
        Verb::Conformance(arguments) => conformance::run(&arguments),
    }
}
