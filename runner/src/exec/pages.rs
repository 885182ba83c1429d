//! Pages of images that nobody calls. They belong to files, so they can be given back at any time and come again when they
//! are touched; the kernel counts them as this process's memory until then.

use rustix::mm::{Advice, madvise};
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
