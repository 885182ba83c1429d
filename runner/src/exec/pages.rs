//! Pages of images that nobody calls, and those that a waiting instance has only read. They belong to files, so they can be
//! given back and come again when they are touched; the kernel counts them as this process's memory until then.

use rustix::mm::{Advice, madvise};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU8, Ordering};
use wasmtime::Module;

const RESTING: u8 = 0;
const QUIET: u8 = 1;
const CALLED: u8 = 2;

/// The pages of one image.
pub(super) struct Pages {
    module: Module,
    state: AtomicU8,
}

impl Pages {
    /// Of a module that was loaded from a file. Loading has touched some; they are given back.
    pub(super) fn new(module: Module) -> Self {
        give_back(&module);
        Self { module, state: AtomicU8::new(RESTING) }
    }

    /// A call begins.
    pub(super) fn touch(&self) {
        // Written only when it changes, for all cores read it.
        if self.state.load(Ordering::Relaxed) != CALLED {
            self.state.store(CALLED, Ordering::Relaxed);
        }
    }

    /// Gives the pages back if there was no call between the last two times that this was asked.
    pub(super) fn rest(&self) {
        let before = self.state.try_update(Ordering::Relaxed, Ordering::Relaxed, |state| state.checked_sub(1));
        if before == Ok(QUIET) {
            give_back(&self.module);
        }
    }
}

/// The code stays: it may differ from the file, and it is small.
fn give_back(module: &Module) {
    let page = rustix::param::page_size();
    let (whole, code) = (module.image_range(), module.text().as_ptr_range());
    for (from, to) in [(whole.start, code.start), (code.end, whole.end)] {
        let from = from.wrapping_add(from.align_offset(page));
        let to = to.wrapping_sub(to.addr() % page);
        let Some(length) = to.addr().checked_sub(from.addr()).filter(|&length| length > 0) else { continue };
        // SAFETY: outside of its code the mapping of a module is never written to, so what is dropped is read from the file
        // again, which is never changed: images are written under another name and moved.
        let _ = unsafe { madvise(from.cast_mut().cast(), length, Advice::LinuxDontNeed) };
    }
}

/// What the kernel knows of each page of this process: eight bytes a page.
static PAGE_MAP: LazyLock<Option<File>> = LazyLock::new(|| File::open("/proc/self/pagemap").ok());
/// Of an entry: the page is in memory, and it is a file's. A page of a private mapping that was written to is not.
const OF_FILE: u64 = 1 << 63 | 1 << 61;
/// Entries read at a time.
const ENTRIES: usize = 512;

/// Gives back the pages of a linear memory that belong to its image. The instance must not run meanwhile.
pub(super) fn give_back_unchanged(memory: Range<usize>) {
    let (Some(map), page) = (&*PAGE_MAP, rustix::param::page_size()) else { return };
    let mut bytes = [0; ENTRIES * 8];
    for from in memory.clone().step_by(page * ENTRIES) {
        let pages = (memory.end - from).div_ceil(page).min(ENTRIES);
        let Some(bytes) = bytes.get_mut(..pages * 8) else { return };
        // Without an answer nothing is given back.
        if map.read_exact_at(bytes, (from / page * 8) as u64).is_err() {
            return;
        }
        let (entries, _) = bytes.as_chunks::<8>();
        let mut at = from;
        for run in entries.chunk_by(|one, other| is_of_file(*one) == is_of_file(*other)) {
            let length = run.len() * page;
            if run.first().is_some_and(|entry| is_of_file(*entry)) {
                // SAFETY: these pages are as they are in the file, which is never changed. The instance, the only one that
                // writes to them, does not run.
                let _ = unsafe { madvise(std::ptr::without_provenance_mut(at), length, Advice::LinuxDontNeed) };
            }
            at += length;
        }
    }
}

fn is_of_file(entry: [u8; 8]) -> bool {
    u64::from_ne_bytes(entry) & OF_FILE == OF_FILE
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
    use std::io::Write as _;

    #[test]
    fn what_was_only_read_is_given_back_and_what_was_written_stays() {
        let page = rustix::param::page_size();
        // More than one read of the page map.
        let pages = ENTRIES + 3;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; pages * page]).unwrap();
        let flags = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping.
        let start = unsafe { mmap(std::ptr::null_mut(), pages * page, flags, MapFlags::PRIVATE, &file, 0) }.unwrap();
        let byte = |number: usize| start.cast::<u8>().wrapping_add(number * page);
        // SAFETY: inside of the mapping.
        let read = |number| unsafe { byte(number).read_volatile() };
        let written = [0, 5, 6, ENTRIES - 1, ENTRIES, pages - 1];
        for number in written {
            // SAFETY: inside of the mapping.
            unsafe { byte(number).write_volatile(8) };
        }
        // Only now: the first write to a huge page takes all of it out of the mapping.
        for number in 0..pages {
            assert_eq!(read(number), if written.contains(&number) { 8 } else { 7 }, "page {number}");
        }
        let resident = || {
            let mut entries = vec![0; pages * 8];
            let map = PAGE_MAP.as_ref().unwrap();
            map.read_exact_at(&mut entries, (start.addr() / page * 8) as u64).unwrap();
            let present = |entry: &[u8; 8]| u64::from_ne_bytes(*entry) >> 63 == 1;
            (0..pages).filter(|&number| present(&entries.as_chunks::<8>().0[number])).collect::<Vec<_>>()
        };
        assert_eq!(resident().len(), pages);
        give_back_unchanged(start.addr()..start.addr() + pages * page);
        assert_eq!(resident(), written);
        for number in 0..pages {
            assert_eq!(read(number), if written.contains(&number) { 8 } else { 7 }, "page {number}");
        }
        // SAFETY: the mapping from above.
        unsafe { munmap(start, pages * page) }.unwrap();
    }
}
