//! The program: one allocator, one dispatch.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The allocator's number for how long freed memory is kept before it goes back to the system.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// The allocator counts ten times as long for the large blocks that an import or a query takes again and again. With
/// its own 10 ms the system clears each of them anew, which was a fifth of the time of an import.
const PURGE_DELAY_MS: std::ffi::c_long = 1000;

fn main() -> ExitCode {
    // SAFETY: reads and sets a number of the allocator, which wants no other thread to do so meanwhile: none runs yet.
    unsafe {
        debug_assert!(
            std::env::var_os("MIMALLOC_PURGE_DELAY").is_some() || libmimalloc_sys::mi_option_get(PURGE_DELAY) == 10,
            "the option has another number in this version of the allocator"
        );
        libmimalloc_sys::mi_option_set_default(PURGE_DELAY, PURGE_DELAY_MS);
    }
    catscan::cli::run(std::env::args_os())
}
