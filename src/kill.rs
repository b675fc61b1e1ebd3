//! Named points at which a test kills the process, to show that nothing is ever half done.

/// Kills this process where the environment names this point in `CATSCAN_KILL_AT`; in release builds it does nothing.
pub(crate) fn point(name: &str) {
    if cfg!(debug_assertions) && std::env::var("CATSCAN_KILL_AT").is_ok_and(|at| at == name) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
