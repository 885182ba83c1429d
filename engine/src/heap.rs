//! Freed memory is zeroed while a module is evaluated ahead of time: an image holds what lives, not what lay around, so it
//! is small, and the same for the same source. In a call memory is freed as usual; nobody sees the instance afterwards.
//!
//! The linker sends every call of `free` and `realloc`, QuickJS's and Rust's alike, through these (`--wrap`).

use crate::state::EVALUATING;
use std::ffi::c_void;

unsafe extern "C" {
    fn __real_free(block: *mut c_void);
    fn __real_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn malloc(size: usize) -> *mut c_void;
    fn malloc_usable_size(block: *mut c_void) -> usize;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_free(block: *mut c_void) {
    // SAFETY: `block` is null or came from `malloc`, by the contract of `free`.
    unsafe {
        if !block.is_null() && EVALUATING.get() {
            block.cast::<u8>().write_bytes(0, malloc_usable_size(block));
        }
        __real_free(block);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_realloc(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: `block` is null or came from `malloc`, by the contract of `realloc`; the copy stays within both blocks.
    unsafe {
        if block.is_null() || size == 0 || !EVALUATING.get() {
            return __real_realloc(block, size);
        }
        let old = malloc_usable_size(block);
        if size <= old && size > old / 2 {
            return block;
        }
        let moved = malloc(size);
        if !moved.is_null() {
            moved.cast::<u8>().copy_from_nonoverlapping(block.cast::<u8>(), old.min(size));
            __wrap_free(block);
        }
        moved
    }
}
