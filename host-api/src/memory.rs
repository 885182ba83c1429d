//! The cap on an instance's memory, and where it lies. Growth past the cap is refused: JavaScript sees that as running out
//! of memory.

use crate::CallState;
use wasmtime::component::{Linker, WasmList};
use wasmtime::{ResourceLimiter, StoreContextMut};

/// Cap and peak of one instance.
#[derive(Debug, Clone, Copy)]
pub struct MemoryLimiter {
    max: usize,
    /// Largest linear memory so far, in bytes.
    pub peak: usize,
    /// A growth was refused.
    pub refused: bool,
}

impl MemoryLimiter {
    /// A cap in bytes of linear memory.
    pub fn new(max: usize) -> Self {
        Self { max, peak: 0, refused: false }
    }

    /// The cap, in bytes.
    pub fn max(&self) -> usize {
        self.max
    }
}

/// Entries in a table: the engine's own has a few thousand.
const MAX_TABLE: usize = 20_000;

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= self.max;
        if allowed {
            self.peak = self.peak.max(desired);
        } else {
            self.refused = true;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE)
    }
}

/// `residence`. Not generated: the list must stay where it is.
pub fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut residence = linker.instance("ramekin:function/residence@0.1.0")?;
    residence.func_wrap("waits", |mut store: StoreContextMut<'_, CallState>, (memory,): (WasmList<u8>,)| {
        let memory = memory.as_le_slice(&store).as_ptr_range();
        let memory = memory.start.addr()..memory.end.addr();
        let state = store.data_mut();
        // A list as long as the memory starts where the memory does, whatever the guest says.
        if memory.len() == state.limiter.peak {
            let _ = state.memory.set(memory);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_limit_and_not_past_it() {
        let mut limiter = MemoryLimiter::new(64 << 20);
        assert!(limiter.memory_growing(0, 64 << 20, None).unwrap());
        assert!(!limiter.refused);
        assert!(!limiter.memory_growing(64 << 20, (64 << 20) + 65_536, None).unwrap());
        assert!(limiter.refused);
        assert_eq!(limiter.peak, 64 << 20);
    }
}
