//! A heap image as a Wasm module: it defines the memory, holds its content, and exports it as `memory`. No code.

use wasm_encoder::{ConstExpr, DataSection, ExportKind, ExportSection, MemorySection, MemoryType, Module};

/// Bytes in a page of linear memory.
const WASM_PAGE: usize = 65_536;
/// Content is kept in units of the host's page: a page that is all zero takes no room.
const UNIT: usize = 4_096;

/// Builds the module for a linear memory with this content. The same content gives the same bytes.
pub fn image(memory: &[u8]) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: memory.len().div_ceil(WASM_PAGE) as u64,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut data = DataSection::new();
    for (offset, run) in runs(memory) {
        // A Wasm32 address is an i32 constant, read as unsigned.
        let address = u32::try_from(offset).unwrap_or(u32::MAX).cast_signed();
        data.active(0, &ConstExpr::i32_const(address), run.iter().copied());
    }
    let mut module = Module::new();
    module.section(&memories).section(&exports).section(&data);
    module.finish()
}

/// Runs of units that are not all zero, with their addresses.
fn runs(memory: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let used = |unit: &[u8]| unit.iter().any(|&byte| byte != 0);
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = memory.get(at..)?;
        let skipped = rest.chunks(UNIT).take_while(|unit| !used(unit)).count() * UNIT;
        let rest = rest.get(skipped..)?;
        let len = (rest.chunks(UNIT).take_while(|unit| used(unit)).count() * UNIT).min(rest.len());
        if len == 0 {
            return None;
        }
        let start = at + skipped;
        at = start + len;
        Some((start, rest.get(..len)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_pages_take_no_room() {
        let mut memory = vec![0_u8; 4 * WASM_PAGE];
        memory[5 * UNIT + 1] = 1;
        memory[6 * UNIT] = 2;
        memory[40 * UNIT + 7] = 3;
        let found: Vec<_> = runs(&memory).map(|(at, run)| (at / UNIT, run.len() / UNIT)).collect();
        assert_eq!(found, [(5, 2), (40, 1)]);
        let module = image(&memory);
        assert!(module.len() < 3 * UNIT + 100, "{}", module.len());
        assert_eq!(module, image(&memory), "the same content gives the same bytes");
    }

    #[test]
    fn empty_and_ragged_memories() {
        assert_eq!(runs(&[]).count(), 0);
        assert_eq!(runs(&vec![0; WASM_PAGE]).count(), 0);
        let ragged = vec![1_u8; UNIT + 3];
        assert_eq!(runs(&ragged).map(|(at, run)| (at, run.len())).collect::<Vec<_>>(), [(0, UNIT + 3)]);
    }
}
