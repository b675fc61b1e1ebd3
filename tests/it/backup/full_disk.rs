//! A destination that is full: the backup says so, nothing half made counts, earlier backups restore, and a retry works.

use std::fs;
use std::process::{Command, Stdio};

use crate::import::generated;
use crate::not_run::not_run;
use crate::store::{TestStore, repository};

/// A small file system as the destination: one backup, then no space, then space again.
const FULL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=16m tmpfs "$PLACE" || exit 77
export CATSCAN_DATA_DIR="$DATA"
"$CATSCAN" init >/dev/null
"$CATSCAN" import --json "$SAMPLE" >/dev/null
"$CATSCAN" backup "$PLACE/depot" >"$OUT/first"
"$CATSCAN" sql --format csv "SELECT count(*), sum(spend_micros) FROM rtb_daily" >"$OUT/before"
"$CATSCAN" import --json "$REPORT" >/dev/null
"$CATSCAN" sql --format csv "SELECT count(*), sum(spend_micros) FROM rtb_daily" >"$OUT/now"
dd if=/dev/zero of="$PLACE/filler" bs=4k 2>/dev/null || true
set +e
"$CATSCAN" backup "$PLACE/depot" >/dev/null 2>"$OUT/stderr"
echo $? >"$OUT/code"
"$CATSCAN" backups "$PLACE/depot" --json >"$OUT/while-full"
"$CATSCAN" restore "$PLACE/depot" --into "$OUT/older" >/dev/null
"$CATSCAN" --data-dir "$OUT/older" sql --format csv "SELECT count(*), sum(spend_micros) FROM rtb_daily" >"$OUT/restored"
"$CATSCAN" restore "$PLACE/depot" --into "$PLACE/no-room" >/dev/null 2>"$OUT/no-room"
rm "$PLACE/filler"
"$CATSCAN" backup "$PLACE/depot" >"$OUT/second"
"$CATSCAN" restore "$PLACE/depot" --into "$OUT/newer" >/dev/null
"$CATSCAN" --data-dir "$OUT/newer" sql --format csv "SELECT count(*), sum(spend_micros) FROM rtb_daily" >"$OUT/retried"
find "$PLACE/depot" -name 'backup-*' -o -name '*.part' >"$OUT/left"
"#;

#[test]
fn a_full_destination_is_said_and_earlier_backups_are_as_they_were() {
    let store = TestStore::none();
    let (place, out) = (store.beside("small"), store.beside("out"));
    fs::create_dir(&place).unwrap();
    fs::create_dir(&out).unwrap();
    let report = generated(&store.beside("reports"), 30_000, 1, 3).remove(0);
    let ended = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", FULL_DISK])
        .env("CATSCAN", env!("CARGO_BIN_EXE_catscan"))
        .env("SAMPLE", repository("data/samples/performance.csv"))
        .envs([("PLACE", &place), ("OUT", &out), ("REPORT", &report), ("DATA", &store.data_dir())])
        .stdin(Stdio::null())
        .output();
    let Ok(ended) = ended else { return not_run("a full destination of backups", "the program unshare") };
    if !out.join("code").exists() && matches!(ended.status.code(), Some(1 | 77)) {
        return not_run("a full destination of backups", "permission to mount a small file system");
    }
    let read =
        |name: &str| fs::read_to_string(out.join(name)).unwrap_or_else(|error| panic!("{name}: {error}: {ended:#?}"));
    assert_eq!(read("code").trim(), "1", "{}", read("stderr"));
    assert!(read("stderr").starts_with("error: cannot") && read("stderr").contains("space"), "{}", read("stderr"));
    assert_eq!(read("while-full").lines().count(), 1, "what is not whole does not count");
    assert_eq!(read("restored"), read("before"));
    assert!(read("no-room").contains("space"), "{}", read("no-room"));
    assert_eq!(read("retried"), read("now"));
    assert_ne!(read("now"), read("before"));
    assert_eq!(read("left"), "", "nothing is left of the one that failed");
}
