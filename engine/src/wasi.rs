//! What the C library and Rust's standard library ask of WASI, answered here: a clock, randomness, standard error, and
//! nothing else. `xtask build-engine` links every import of `wasi_snapshot_preview1` to the function of that name here,
//! so the engine imports no WASI at all.

use crate::bindings::ramekin::function::{clocks, entropy, log};
use crate::state::EVALUATING;

const SUCCESS: i32 = 0;
const BADF: i32 = 8;
const INVAL: i32 = 28;
const NOSYS: i32 = 52;

#[unsafe(export_name = "wasi:clock_time_get")]
unsafe extern "C" fn clock_time_get(id: i32, _precision: i64, out: *mut u64) -> i32 {
    let now = match id {
        0 => clocks::wall_now(),
        1 => clocks::monotonic_now(),
        _ => return INVAL,
    };
    // SAFETY: WASI's contract: `out` points to a timestamp.
    unsafe { out.write(now) };
    SUCCESS
}

#[unsafe(export_name = "wasi:clock_res_get")]
unsafe extern "C" fn clock_res_get(_id: i32, out: *mut u64) -> i32 {
    // SAFETY: WASI's contract.
    unsafe { out.write(1_000) };
    SUCCESS
}

#[unsafe(export_name = "wasi:random_get")]
unsafe extern "C" fn random_get(buffer: *mut u8, len: usize) -> i32 {
    // SAFETY: WASI's contract: `len` bytes at `buffer`.
    let target = unsafe { std::slice::from_raw_parts_mut(buffer, len) };
    if EVALUATING.get() {
        // Only hash seeds ask before a call; an image must be the same for the same source.
        target.fill(7);
        return SUCCESS;
    }
    for chunk in target.chunks_mut(4096) {
        chunk.copy_from_slice(&entropy::fill(chunk.len() as u32));
    }
    SUCCESS
}

/// One piece of output.
#[repr(C)]
struct Ciovec {
    data: *const u8,
    len: usize,
}

#[unsafe(export_name = "wasi:fd_write")]
unsafe extern "C" fn fd_write(fd: i32, pieces: *const Ciovec, count: usize, written: *mut usize) -> i32 {
    if fd != 1 && fd != 2 {
        return BADF;
    }
    // SAFETY: WASI's contract: `count` pieces, each of `len` bytes.
    let text = unsafe {
        let pieces = std::slice::from_raw_parts(pieces, count);
        pieces.iter().map(|p| std::slice::from_raw_parts(p.data, p.len)).collect::<Vec<_>>().concat()
    };
    // SAFETY: as above.
    unsafe { written.write(text.len()) };
    log::write(log::Level::Error, String::from_utf8_lossy(&text).trim_end());
    SUCCESS
}

#[unsafe(export_name = "wasi:environ_sizes_get")]
unsafe extern "C" fn environ_sizes_get(count: *mut usize, size: *mut usize) -> i32 {
    // SAFETY: WASI's contract.
    unsafe {
        count.write(0);
        size.write(0);
    }
    SUCCESS
}

#[unsafe(export_name = "wasi:environ_get")]
extern "C" fn environ_get(_environ: i32, _buffer: i32) -> i32 {
    SUCCESS
}

#[unsafe(export_name = "wasi:args_sizes_get")]
unsafe extern "C" fn args_sizes_get(count: *mut usize, size: *mut usize) -> i32 {
    // SAFETY: WASI's contract.
    unsafe {
        count.write(0);
        size.write(0);
    }
    SUCCESS
}

#[unsafe(export_name = "wasi:args_get")]
extern "C" fn args_get(_argv: i32, _buffer: i32) -> i32 {
    SUCCESS
}

#[unsafe(export_name = "wasi:proc_exit")]
extern "C" fn proc_exit(_code: i32) -> ! {
    core::arch::wasm32::unreachable()
}

#[unsafe(export_name = "wasi:sched_yield")]
extern "C" fn sched_yield() -> i32 {
    SUCCESS
}

#[unsafe(export_name = "wasi:fd_close")]
extern "C" fn fd_close(_fd: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_fdstat_get")]
extern "C" fn fd_fdstat_get(_fd: i32, _out: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_fdstat_set_flags")]
extern "C" fn fd_fdstat_set_flags(_fd: i32, _flags: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_filestat_get")]
extern "C" fn fd_filestat_get(_fd: i32, _out: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_prestat_get")]
extern "C" fn fd_prestat_get(_fd: i32, _out: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_prestat_dir_name")]
extern "C" fn fd_prestat_dir_name(_fd: i32, _path: i32, _len: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_read")]
extern "C" fn fd_read(_fd: i32, _pieces: i32, _count: i32, _read: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:fd_seek")]
extern "C" fn fd_seek(_fd: i32, _offset: i64, _whence: i32, _out: i32) -> i32 {
    BADF
}

#[unsafe(export_name = "wasi:path_open")]
extern "C" fn path_open(_: i32, _: i32, _: i32, _: i32, _: i32, _: i64, _: i64, _: i32, _: i32) -> i32 {
    NOSYS
}

#[unsafe(export_name = "wasi:poll_oneoff")]
extern "C" fn poll_oneoff(_in: i32, _out: i32, _count: i32, _events: i32) -> i32 {
    NOSYS
}
