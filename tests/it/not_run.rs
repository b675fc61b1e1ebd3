//! Names what was not run: on standard error, and as a line of `not-run.txt` in the target directory's `tmp`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Says that `what` was not run because this machine does not allow it.
pub fn not_run(what: &str, needs: &str) {
    let line = format!("not run: {what} (needs {needs})\n");
    // libtest hides what print macros of passing tests write, but not this.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let record = Path::new(env!("CARGO_TARGET_TMPDIR")).join("not-run.txt");
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(record) {
        let _ = file.write_all(line.as_bytes());
    }
}

/// Says that `what` was not run because a program is not installed; a failure where `CATSCAN_REQUIRE_PEERS=1`.
#[track_caller]
pub fn peer_missing(what: &str, needs: &str) {
    let is_required = std::env::var_os("CATSCAN_REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(!is_required, "{what} needs {needs}, and CATSCAN_REQUIRE_PEERS=1 makes its absence a failure");
    not_run(what, needs);
}
