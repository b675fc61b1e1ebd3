//! The threads on which calls wait for the network. They live as long as the process, because connections do that are
//! kept for the next call.

use std::io;
use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// Calls wait for the network and compute little.
const THREADS: usize = 2;

static RUNTIME: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(THREADS).thread_name("google").enable_all().build());

pub(super) fn get() -> Result<&'static Handle, String> {
    match &*RUNTIME {
        Ok(runtime) => Ok(runtime.handle()),
        Err(error) => Err(format!("no threads for calls: {error}")),
    }
}
