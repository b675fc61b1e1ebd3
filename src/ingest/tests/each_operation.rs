//! Each operation on the disk, of files and of the database, fails once: the first, the second, and so on until a change
//! meets no trouble any more. After each the store is as before or as after, a failure says so, and the change works when it is
//! tried again.
//!
//! Every `cargo test` tries some of them; `CATSCAN_EVERY_OPERATION=1` all, with all kinds of trouble.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::io::Errno;

use super::sequences::crashes::Machine;
use super::*;
use crate::lake::fake::Trouble;
use crate::lake::{CompactOptions, RetainOptions};
use crate::model::BatchId;

/// A change, on a store that is prepared for it.
struct Change {
    name: &'static str,
    prepare: fn(&Store),
    happens: fn(&Store) -> Result<(), String>,
    /// It is done before its last operation, which only removes what nothing holds.
    tidies_up: bool,
}

const FIRST: &str = "2026-11-18,1,c1,1x1,10,1,0.5\n2026-11-18,1,c2,1x1,20,2,0.25\n2026-11-19,1,c1,1x1,30,3,1\n";
const RESTATED: &str = "2026-11-18,1,c2,1x1,21,2,0.25\n2026-11-19,1,c3,1x1,31,3,1\n";
const BESIDE: &str = "2026-11-18,7,c9,1x1,40,4,2\n";

fn import(store: &Store, name: &str, rows: &str) -> Result<(), String> {
    let answer = store.importer.import(&store.file(name, rows), &ImportOptions::default(), &NoProgress);
    let answer = answer.map_err(|error| error.to_string())?;
    answer.error.map_or(Ok(()), |refusal| Err(refusal.message))
}

fn undo(store: &Store, batch: i64) -> Result<(), String> {
    match store.importer.undo(BatchId(batch), None) {
        // What was done before the trouble came to whoever waited for the answer.
        Err(UndoError::NotLive { .. }) | Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn compact(store: &Store) -> Result<(), String> {
    let (small_bytes, memory_bytes) = (u64::MAX, 1 << 30);
    let options = CompactOptions { account: None, files: 2, small_bytes, memory_bytes, threads: 1, dry_run: false };
    let compacted = store.importer.lake.compact(&options, &store.importer.clock, &());
    compacted.map(|answer| assert_eq!(answer.skipped, [])).map_err(|error| error.to_string())
}

fn retain(store: &Store, keep_facts_days: u32) -> Result<(), String> {
    let (keep_snapshots_days, grace) = (if keep_facts_days > 0 { 36_500 } else { 0 }, Duration::ZERO);
    let options = RetainOptions { keep_facts_days, keep_snapshots_days, grace, dry_run: false };
    // Later than any file was made.
    let now = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let clock = if keep_facts_days > 0 { store.importer.clock.clone() } else { Clock::fixed(now) };
    store.importer.lake.retain(&options, &clock, &()).map(drop).map_err(|error| error.to_string())
}

const CHANGES: &[Change] = &[
    Change { name: "import", prepare: |_| {}, happens: |store| import(store, "a.csv", FIRST), tidies_up: false },
    Change {
        name: "restatement",
        prepare: |store| import(store, "a.csv", FIRST).unwrap(),
        happens: |store| import(store, "b.csv", RESTATED),
        tidies_up: false,
    },
    Change {
        name: "import beside",
        prepare: |store| import(store, "a.csv", FIRST).unwrap(),
        happens: |store| import(store, "c.csv", BESIDE),
        tidies_up: false,
    },
    Change {
        name: "undo",
        prepare: |store| {
            import(store, "a.csv", FIRST).unwrap();
            import(store, "b.csv", RESTATED).unwrap();
        },
        happens: |store| undo(store, 2),
        tidies_up: false,
    },
    Change {
        name: "compaction",
        prepare: |store| {
            import(store, "a.csv", FIRST).unwrap();
            import(store, "c.csv", BESIDE).unwrap();
        },
        happens: compact,
        tidies_up: false,
    },
    Change {
        name: "undo after a compaction",
        prepare: |store| {
            import(store, "a.csv", FIRST).unwrap();
            import(store, "c.csv", BESIDE).unwrap();
            compact(store).unwrap();
        },
        happens: |store| undo(store, 2),
        tidies_up: false,
    },
    Change {
        name: "retention of facts",
        prepare: |store| import(store, "a.csv", FIRST).unwrap(),
        // The store's day is the 20th: the 18th goes.
        happens: |store| retain(store, 1),
        tidies_up: true,
    },
    Change {
        name: "expiry of snapshots",
        prepare: |store| {
            import(store, "a.csv", FIRST).unwrap();
            import(store, "b.csv", RESTATED).unwrap();
        },
        happens: |store| retain(store, 0),
        tidies_up: true,
    },
];

const TROUBLES: [Trouble; 4] =
    [Trouble::Crash, Trouble::Fails(Errno::NOSPC), Trouble::Fails(Errno::IO), Trouble::ShortWrite];

/// What answers depend on: rows, imports, files, and the oldest state that can be asked.
type State = (Vec<Row>, Vec<(i64, String)>, usize, i64);

fn state(store: &Store) -> State {
    let history = store.db.read(|tx| {
        let mut batches =
            tx.prepare("SELECT batch_id, status FROM import_history WHERE status IN ('complete', 'undone')")?;
        let batches = batches.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok::<_, crate::db::DbError>(batches.collect::<Result<_, _>>()?)
    });
    // A batch that failed uses up its number.
    let numbered: Vec<(i64, String)> = history.unwrap();
    let mut order = BTreeMap::new();
    for (number, (batch, _)) in numbered.iter().enumerate() {
        order.insert(*batch, number as i64);
    }
    let rows = store
        .rows()
        .into_iter()
        .map(|(billing, creative, reached, spend, batch)| (billing, creative, reached, spend, order[&batch]));
    let history = numbered.iter().map(|(batch, status)| (order[batch], status.clone()));
    let lake = &store.importer.lake;
    let oldest = store.db.read(|tx| lake.oldest_snapshot(tx)).unwrap().0;
    (rows.collect(), history.collect(), lake.snapshot(&At::Latest).unwrap().files().len(), oldest)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => _ = fs::copy(entry.path(), to.join(entry.file_name())).unwrap(),
        }
    }
}

/// Operations that a change met, and how often the store was as before or as after then.
#[derive(Debug, Default)]
struct Met {
    operations: u64,
    tried: u64,
    to_database: u32,
    before: u64,
    after: u64,
}

/// `is_tried` says of each operation and kind of trouble whether it is tried.
fn check(change: &Change, seed: u64, is_tried: impl Fn(u64, usize) -> bool) -> Met {
    let prepared = Store::new();
    (change.prepare)(&prepared);
    let before = state(&prepared);
    let template = tempfile::tempdir().unwrap();
    let Store { dir, db, importer } = prepared;
    drop((db, importer));
    copy(dir.path(), template.path());
    let start = || {
        let dir = tempfile::tempdir().unwrap();
        copy(template.path(), dir.path());
        Machine::start(dir)
    };
    let whole = start();
    let operations = whole.disk.operations();
    (change.happens)(&whole.store).unwrap();
    let operations = whole.disk.operations() - operations;
    let after = state(&whole.store);
    assert_ne!(before, after);

    let mut met = Met { operations, ..Met::default() };
    for (kind, trouble) in TROUBLES.into_iter().enumerate() {
        // One more, which no trouble comes to.
        for operation in (0..=operations).filter(|operation| is_tried(*operation, kind) || *operation == operations) {
            let mut machine = start();
            machine.disk.arm(operation, trouble, seed.wrapping_add(operation));
            let happened = (change.happens)(&machine.store);
            let came = machine.disk.came();
            let to_database = machine.disk.came_to_databases();
            let (_, left) = machine.disk.disarm();
            let died = left.is_some();
            match left {
                Some(left) => machine = Machine::restart(left),
                None => machine.recover(),
            }
            let found = state(&machine.store);
            if !came {
                // A machine that dies now dies after all.
                assert_eq!((operation, &found), (operations, &after), "{}: {happened:?}", change.name);
                met.after += u64::from(died);
                continue;
            }
            let context =
                format!("{} with {trouble:?} at operation {operation}, seed {seed}: {happened:?}", change.name);
            assert!(found == before || found == after, "{context}: {found:?}");
            // A failure is told; what is told to be done is done.
            let told = (found == after) == happened.is_ok();
            assert!(died || told || (change.tidies_up && found == after), "{context}");
            (change.happens)(&machine.store).unwrap_or_else(|error| panic!("{context}: tried again: {error}"));
            assert_eq!(state(&machine.store), after, "{context}: tried again");
            met.tried += 1;
            met.to_database += to_database;
            *(if found == after { &mut met.after } else { &mut met.before }) += 1;
        }
    }
    met
}

#[test]
fn any_operation_may_fail_once_and_the_store_is_as_before_or_as_after() {
    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let seed = std::env::var("CATSCAN_SEED").map_or(seed, |text| text.parse().unwrap());
    let every = std::env::var_os("CATSCAN_EVERY_OPERATION").is_some();
    println!("CATSCAN_SEED={seed} tries the same operations again");
    for change in CHANGES {
        let met = check(change, seed, |operation, kind| every || (operation + seed) % 16 == 4 * kind as u64);
        println!("{}: {met:?}", change.name);
        assert!(met.before > 0 && met.to_database > 0, "{}: {met:?}: this shows little", change.name);
        assert!(!every || met.tried == met.operations * TROUBLES.len() as u64, "{}: {met:?}", change.name);
    }
}
