//! The program: one allocator, one dispatch.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    catscan::cli::run(std::env::args_os())
}
