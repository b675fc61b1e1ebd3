//! Bad input and bad surroundings: one clear message that says what to do, nothing half-imported, exit code 1.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::not_run::not_run;
use super::store::{Ran, TestStore, repository};

/// Exit code 1, one message for people that holds `says`, and a store as it was.
#[track_caller]
fn assert_refused(store: &TestStore, path: &Path, says: &[&str]) {
    let before = store.digest();
    let ran = store.run(&["import", path.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let said = ran.stderr.to_lowercase();
    for word in says {
        assert!(said.contains(&word.to_lowercase()), "'{word}' is not in the message: {ran:#?}");
    }
    // A header of no kind is told a line for each kind.
    assert!(!said.contains("panicked") && ran.stderr.lines().count() <= 12, "one clear message: {ran:#?}");
    assert_eq!(store.digest(), before);
    assert_nothing_left_behind(store);
}

/// No file of an import that did not happen waits in tmp.
#[track_caller]
fn assert_nothing_left_behind(store: &TestStore) {
    let left: Vec<_> = fs::read_dir(store.data_dir().join("tmp"))
        .map(|entries| entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect())
        .unwrap_or_default();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_missing_column_is_named_with_what_to_do() {
    let store = TestStore::with_samples();
    assert_refused(&store, &repository("data/malformed/missing_columns.csv"), &["missing_columns.csv", "reached"]);
}

#[test]
fn a_foreign_file_is_told_what_a_report_looks_like() {
    let store = TestStore::with_samples();
    assert_refused(&store, &repository("data/malformed/foreign_file.csv"), &["foreign_file.csv", "email", "creative"]);
}

#[test]
fn an_empty_file_is_refused() {
    let store = TestStore::with_samples();
    assert_refused(&store, &repository("data/malformed/empty.csv"), &["empty.csv", "empty"]);
}

#[test]
fn a_report_without_a_day_is_told_which_dimensions_to_choose() {
    let store = TestStore::with_samples();
    assert_refused(
        &store,
        &repository("data/malformed/no_day_column.csv"),
        &["columns: Day", "--day", "dimensions Day"],
    );
}

#[test]
fn a_directory_is_refused() {
    let store = TestStore::with_samples();
    assert_refused(&store, &repository("data/samples/entities"), &["entities", "directory"]);
}

#[test]
fn a_file_that_does_not_exist_is_named() {
    let store = TestStore::with_samples();
    assert_refused(&store, &store.beside("nowhere.csv"), &["nowhere.csv", "no such file"]);
}

#[test]
fn a_device_that_never_ends_is_refused() {
    let store = TestStore::with_samples();
    assert_refused(&store, Path::new("/dev/zero"), &["/dev/zero"]);
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    // Not even root can make a directory there.
    let store = TestStore::with_samples();
    let ran = store.run(&["--data-dir", "/proc/catscan", "import", "x.csv"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("/proc/catscan"), "{ran:#?}");
}

#[test]
fn a_report_without_permission_is_named() {
    let store = TestStore::with_samples();
    let secret = store.beside("secret.csv");
    fs::copy(repository("data/samples/performance-restated.csv"), &secret).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&secret).is_err() {
        return assert_refused(&store, &secret, &["secret.csv", "permission"]);
    }
    // Root reads everything: the binary runs as nobody, with a store of its own.
    const NOBODY: u32 = 65_534;
    let place = store.beside("open");
    fs::create_dir(&place).unwrap();
    for dir in [place.as_path(), place.parent().unwrap()] {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let as_nobody = |arguments: &[&str]| {
        let mut command: Command = store.command(arguments);
        command
            .uid(NOBODY)
            .gid(NOBODY)
            .env("CATSCAN_DATA_DIR", place.join("data"))
            .env("HOME", &place)
            .current_dir(&place);
        command.output().map(Ran::from)
    };
    match as_nobody(&["init"]) {
        Ok(ran) if ran.code == Some(0) => {
            let ran = as_nobody(&["import", secret.to_str().unwrap()]).unwrap();
            assert_eq!(ran.code, Some(1), "{ran:#?}");
            assert!(ran.stderr.contains("secret.csv") && ran.stderr.to_lowercase().contains("permission"), "{ran:#?}");
        }
        _ => not_run("a report without permission", "a user who is not root, or a clone that others may read"),
    }
}

/// A store on a small file system of its own: one import, then a full disk, then space again.
const FULL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=64m tmpfs "$PLACE" || exit 77
export CATSCAN_DATA_DIR="$PLACE/data"
"$CATSCAN" init >/dev/null
"$CATSCAN" import --json "$SAMPLE" >/dev/null
dd if=/dev/zero of="$PLACE/filler" bs=4k 2>/dev/null || true
set +e
"$CATSCAN" import "$REPORT" >/dev/null 2>"$OUT/stderr"
echo $? >"$OUT/code"
"$CATSCAN" sql --format ndjson "SELECT count(*) AS n FROM rtb_daily" >"$OUT/while-full" 2>"$OUT/while-full-stderr"
rm "$PLACE/filler"
"$CATSCAN" sql --format ndjson "SELECT count(*) AS n FROM rtb_daily" >"$OUT/after"
"$CATSCAN" import --json "$REPORT" >"$OUT/retry"
"#;

#[test]
fn a_full_disk_imports_nothing_and_a_retry_works() {
    let store = TestStore::new();
    let (place, out) = (store.beside("small"), store.beside("out"));
    fs::create_dir(&place).unwrap();
    fs::create_dir(&out).unwrap();
    let report = super::import::generated(&store.beside("reports"), 3_000, 1, 3).remove(0);
    let ended = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", FULL_DISK])
        .env("CATSCAN", env!("CARGO_BIN_EXE_catscan"))
        .env("SAMPLE", repository("data/samples/performance.csv"))
        .envs([("PLACE", &place), ("OUT", &out), ("REPORT", &report)])
        .stdin(Stdio::null())
        .output();
    let Ok(ended) = ended else { return not_run("a full disk", "the program unshare") };
    if !out.join("code").exists() && matches!(ended.status.code(), Some(1 | 77)) {
        return not_run("a full disk", "permission to mount a small file system");
    }
    let read =
        |name: &str| fs::read_to_string(out.join(name)).unwrap_or_else(|error| panic!("{name}: {error}: {ended:#?}"));
    let stderr = read("stderr");
    assert_eq!(read("code").trim(), "1", "{stderr}");
    assert!(stderr.contains("space"), "the message says that space is missing: {stderr}");
    assert_eq!(read("while-full").trim(), "{\"n\":12}", "reading goes on: {}", read("while-full-stderr"));
    assert_eq!(read("after").trim(), "{\"n\":12}", "nothing half-imported");
    let retry: Value = serde_json::from_str(&read("retry")).unwrap();
    assert_eq!(
        (&retry["status"], &retry["rows_imported"]),
        (&Value::from("imported"), &Value::from(3_000)),
        "{retry:#}"
    );
}
