//! Logs of one process: to standard error, filtered by `CATSCAN_LOG`, so that standard output is only answers.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// How much is logged where `CATSCAN_LOG` says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Errors of the program only: `--quiet`.
    Errors,
    /// Warnings: commands that print their own answer.
    Warnings,
    /// What a server did for whom.
    Requests,
    /// Each step: `-v`.
    Steps,
}

/// Starts logging; a second call changes nothing. `filter` is the text of `CATSCAN_LOG`, in the syntax of
/// tracing's `EnvFilter` (for example `catscan=debug`); a text that cannot be read is reported and left out.
pub fn start(level: Level, filter: Option<&str>) {
    let default = match level {
        Level::Errors => "error",
        Level::Warnings => "warn",
        Level::Requests => "warn,catscan=info",
        Level::Steps => "info,catscan=debug",
    };
    let (filter, fault) = match filter.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(fault)) => (EnvFilter::new(default), Some(fault)),
        None => (EnvFilter::new(default), None),
    };
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
    if let (Ok(()), Some(fault)) = (started, fault) {
        tracing::warn!("CATSCAN_LOG is left out: {fault}");
    }
}
