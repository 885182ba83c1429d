//! `entropy`: the operating system's random bytes.

use crate::bindings::ramekin::function::entropy;
use crate::state::CallState;

/// Most bytes per call of `fill`.
const MAX_FILL: u32 = 4096;

impl entropy::Host for CallState {
    fn fill(&mut self, len: u32) -> wasmtime::Result<Vec<u8>> {
        let mut bytes = vec![0; len.min(MAX_FILL) as usize];
        getrandom::fill(&mut bytes).map_err(|error| wasmtime::Error::msg(format!("no entropy: {error}")))?;
        Ok(bytes)
    }
}
