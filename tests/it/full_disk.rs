//! Care on a disk that is really full: it says so, changes nothing, and works once there is space.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::compaction::by_config;
use super::not_run::not_run;
use super::store::TestStore;

/// A store on a small file system of its own, several files of a day, a full disk, then space again.
const FULL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=64m tmpfs "$PLACE" || exit 77
export CATSCAN_DATA_DIR="$PLACE/data" CATSCAN_LAKE_COMPACT_FILES=2
export TOTALS="SELECT count(*) AS n, sum(spend_micros) AS spend FROM rtb_daily"
"$CATSCAN" init >/dev/null
for report in $REPORTS; do "$CATSCAN" import "$report" >/dev/null; done
"$CATSCAN" sql --format ndjson "$TOTALS" >"$OUT/before"
dd if=/dev/zero of="$PLACE/filler" bs=4k 2>/dev/null || true
set +e
"$CATSCAN" lake compact >/dev/null 2>"$OUT/compact-stderr"
echo $? >"$OUT/compact-code"
CATSCAN_LAKE_KEEP_FACTS_DAYS=1 "$CATSCAN" lake retain >/dev/null 2>"$OUT/retain-stderr"
echo $? >"$OUT/retain-code"
"$CATSCAN" sql --format ndjson "$TOTALS" >"$OUT/while-full" 2>"$OUT/while-full-stderr"
rm "$PLACE/filler"
"$CATSCAN" lake verify --full --json >"$OUT/verify"
echo $? >"$OUT/verify-code"
"$CATSCAN" sql --format ndjson "$TOTALS" >"$OUT/after"
"$CATSCAN" lake compact --json >"$OUT/retry"
"$CATSCAN" sql --format ndjson "$TOTALS" >"$OUT/compacted"
"#;

#[test]
fn merging_and_removing_on_a_full_disk_change_nothing_and_a_retry_works() {
    let store = TestStore::new();
    let (place, out) = (store.beside("small"), store.beside("out"));
    fs::create_dir(&place).unwrap();
    fs::create_dir(&out).unwrap();
    let reports: Vec<String> = by_config(&store, 3_000).iter().map(|report| report.display().to_string()).collect();
    let ended = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", FULL_DISK])
        .env("CATSCAN", env!("CARGO_BIN_EXE_catscan"))
        .env("REPORTS", reports.join(" "))
        .envs([("PLACE", &place), ("OUT", &out)])
        .stdin(Stdio::null())
        .output();
    let Ok(ended) = ended else { return not_run("care on a full disk", "the program unshare") };
    if !out.join("before").exists() && matches!(ended.status.code(), Some(1 | 77)) {
        return not_run("care on a full disk", "permission to mount a small file system");
    }
    let read =
        |name: &str| fs::read_to_string(out.join(name)).unwrap_or_else(|error| panic!("{name}: {error}: {ended:#?}"));
    let before = read("before");
    assert!(before.contains("\"n\":3000"), "{before}");
    for what in ["compact", "retain"] {
        let stderr = read(&format!("{what}-stderr"));
        assert_eq!(read(&format!("{what}-code")).trim(), "1", "{what}: {stderr}");
        assert!(stderr.contains("space") || stderr.contains("full"), "{what} says that space is missing: {stderr}");
    }
    assert_eq!(read("while-full"), before, "reading goes on: {}", read("while-full-stderr"));
    assert_eq!((read("verify-code").trim(), read("after")), ("0", before.clone()), "{}", read("verify"));
    let retry: Value = serde_json::from_str(&read("retry")).unwrap();
    assert_eq!((&retry["files_after"], read("compacted")), (&Value::from(1), before), "{retry:#}");
}
