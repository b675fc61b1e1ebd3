//! The steps that change no row: merging files, forgetting states, removing what nothing holds.

use std::time::{Duration, SystemTime};

use super::*;
use crate::lake::{CompactOptions, RetainOptions};
use crate::model::SnapshotId;

/// Takes the step; an error where the store failed.
pub(super) fn take(store: &Store, step: &Step, model: &mut Model) -> Result<(), String> {
    let lake = &store.importer.lake;
    let done = match step {
        Step::Compact => {
            // Some of it may happen whatever becomes of the rest.
            model.merged = true;
            let options = CompactOptions {
                account: None,
                files: 2,
                small_bytes: u64::MAX,
                // Two at a time, or all: a merged file may be merged again.
                memory_bytes: if newest(store) % 2 == 0 { 1 } else { 1 << 30 },
                threads: 1,
                dry_run: false,
            };
            let files = || lake.snapshot(&At::Latest).unwrap().files().len() as u64;
            let before = files();
            lake.compact(&options, &store.importer.clock, &()).map(|answer| {
                assert_eq!(answer.skipped, []);
                assert_eq!(files(), before - answer.files_before + answer.files_after);
                assert!(
                    options.memory_bytes == 1 || files() == days(&flat(&model.files)).len() as u64,
                    "one file a day"
                );
            })
        }
        Step::Forget(which) => {
            let (oldest, newest) = (oldest(store), newest(store));
            let border = oldest + which.index((newest - oldest) as usize + 1) as i64;
            let time = lake.snapshot(&At::Snapshot(SnapshotId(border))).unwrap().time;
            let options = RetainOptions {
                keep_facts_days: 0,
                keep_snapshots_days: 0,
                // Nothing is removed.
                grace: Duration::from_secs(1 << 40),
                dry_run: false,
            };
            lake.retain(&options, &Clock::fixed(time), &()).map(|answer| {
                assert_eq!(answer.snapshots.snapshots, (border - oldest) as u64);
            })
        }
        Step::Sweep => {
            // Whatever the time of the machine and that of the store.
            let later = chrono::DateTime::from(SystemTime::now()).max(store.importer.clock.now());
            lake.sweep(later + chrono::TimeDelta::days(1), Duration::ZERO).map(|_| ())
        }
        Step::Import(..) | Step::Undo(_) => unreachable!("it changes rows"),
    };
    done.map_err(|error| error.to_string())
}

fn oldest(store: &Store) -> i64 {
    store.db.read(|tx| store.importer.lake.oldest_snapshot(tx)).unwrap().0
}

fn flat<'a>(files: impl IntoIterator<Item = &'a Rows>) -> Rows {
    files.into_iter().flatten().map(|(key, row)| (*key, *row)).collect()
}

fn days(rows: &Rows) -> BTreeSet<u8> {
    rows.keys().map(|key| key.0).collect()
}

/// That the newest state is the model's, whose history of states goes on.
pub(super) fn expect(store: &Store, model: &mut Model, when: &str) {
    let stored = stored(store);
    let files: BTreeSet<Rows> = stored.values().cloned().collect();
    if !model.merged {
        assert_eq!((&files, files.len()), (&model.files, stored.len()), "{when}");
    }
    let rows = flat(&model.files);
    assert_eq!(flat(&files), rows, "{when}");
    // A run that failed may have forgotten some states, and a step may have made several.
    model.oldest = oldest(store);
    model.states.insert(newest(store), rows);
}

/// That each state that is not forgotten, and that the model saw, is as it was.
pub(super) fn expect_all_states(store: &Store, model: &Model) {
    let remaining = model.states.range(model.oldest..);
    for (snapshot, rows) in remaining {
        let stored = stored_at(store, &At::Snapshot(SnapshotId(*snapshot)));
        assert_eq!(flat(stored.values()), *rows, "snapshot {snapshot}");
    }
    assert!(model.oldest <= newest(store), "the newest is never forgotten");
}
