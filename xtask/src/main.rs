//! Chores of this repository, as `cargo xtask VERB`.

mod api_docs;
mod build_engine;
mod conformance;
mod core_module;
mod inputs;
mod npm_bar;
mod serving_component;
mod vendor_packages;

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
    /// Run web-platform-tests inside deployed functions, and compare with `tests/conformance/`.
    ///
    /// Needs the suite's folder, a server built beside this program, and Python 3 with the package `wptserve`.
    Conformance(conformance::Arguments),
    /// Write `tests/packages/*.tgz`: what the examples need of the packages that they import.
    ///
    /// Fetches them as your npm configuration says.
    VendorPackages,
    /// Deploy functions that use real packages of the npm registry, call them, and compare with `tests/npm-bar/`.
    ///
    /// Needs a server built beside this program, and the registry that the npm configuration names.
    NpmBar(npm_bar::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Verb::parse() {
        Verb::BuildEngine => build_engine::run(),
        Verb::ApiDocs => api_docs::run(),
        Verb::Conformance(arguments) => conformance::run(&arguments),
        Verb::VendorPackages => vendor_packages::run(),
        Verb::NpmBar(arguments) => npm_bar::run(&arguments),
    }
}
