//! The guest: QuickJS and the web platform, between a function's module and the imports of `wit/`.
//!
//! Two lives. At deploy the compiler calls `init.evaluate`, which leaves the evaluated module in the heap and hands the
//! heap out. In a call the instance starts from that heap and `handler.handle` runs. Whatever must differ between two
//! instances of one heap (randomness, clocks) is therefore taken from the host in the call, never before.

mod bindings {
    //! Generated from `wit/`.
    wit_bindgen::generate!({ path: "../wit", world: "engine", generate_all });
}

mod async_context;
mod call;
mod crypto;
mod heap;
mod init;
mod js;
mod modules;
mod native;
mod state;
mod wasi;
mod words;
mod zip;

struct Engine;

bindings::export!(Engine with_types_in bindings);
