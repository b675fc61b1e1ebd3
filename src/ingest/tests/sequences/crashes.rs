//! The same sequences on a disk that fails and on machines that die, at any operation: each import and undo happened or
//! did not, merging and forgetting changed no row, the store is whole, and what did not happen works when it is tried again.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use rustix::io::Errno;
use tempfile::TempDir;

use super::*;
use crate::lake::fake::{FakeDisk, Trouble};

/// What goes wrong in a step: the trouble comes after so many operations on the disk.
#[derive(Clone, Copy, Debug)]
struct Mishap {
    after: u64,
    trouble: Trouble,
    seed: u64,
}

fn mishap() -> impl Strategy<Value = Mishap> {
    let trouble = prop_oneof![
        4 => Just(Trouble::Crash),
        1 => Just(Trouble::Fails(Errno::NOSPC)),
        1 => Just(Trouble::Fails(Errno::IO)),
        1 => Just(Trouble::ShortWrite),
    ];
    // The first operations of a step are mostly the database's; those on files come later.
    let after = prop_oneof![0..40_u64, 0..250_u64];
    (after, trouble, any::<u64>()).prop_map(|(after, trouble, seed)| Mishap { after, trouble, seed })
}

/// A store on its disk.
pub(in crate::ingest::tests) struct Machine {
    pub(in crate::ingest::tests) store: Store,
    pub(in crate::ingest::tests) disk: FakeDisk,
}

impl Machine {
    pub(in crate::ingest::tests) fn start(dir: TempDir) -> Self {
        let disk = FakeDisk::of(dir.path(), &["lake", "tmp"]);
        let shared = Arc::new(disk.clone());
        let store = Store::over(dir, |db, root, tmp, now| Lake::open_on(shared, db, root, tmp, now));
        Self { store, disk }
    }

    /// Starts on what a crash left: every live file is whole, and what never was committed can be swept.
    pub(in crate::ingest::tests) fn restart(left: TempDir) -> Self {
        let machine = Self::start(left);
        machine.recover();
        let Importer { lake, .. } = &machine.store.importer;
        assert_eq!(lake.check_lengths().unwrap(), []);
        assert_eq!(lake.check_hashes(&lake.snapshot(&At::Latest).unwrap()), []);
        let later = chrono::DateTime::from(SystemTime::now() + Duration::from_secs(60));
        lake.sweep(later, Duration::ZERO).unwrap();
        assert_eq!(lake.check_lengths().unwrap(), [], "nothing live was swept");
        machine
    }

    /// What a new start does; after a failure of the disk it is done in the same process.
    pub(in crate::ingest::tests) fn recover(&self) {
        self.store.db.reopen().unwrap();
        self.store.importer.recover().unwrap();
    }

    /// Takes the step; an error where the store failed.
    fn take(&self, step: &Step, model: &mut Model) -> Result<(), String> {
        match step {
            Step::Import(mode, rows) => {
                let options = ImportOptions { mode: *mode, drop_missing: true, ..ImportOptions::default() };
                let source = self.store.file("a.csv", &text_of(rows));
                let answer = self.store.importer.import(&source, &options, &NoProgress);
                answer.map(|answer| assert_eq!(answer.error, None)).map_err(|error| error.to_string())
            }
            Step::Undo(which) => match self.store.importer.undo(batch_of(which, model), None) {
                Err(UndoError::Store(error)) => Err(error.to_string()),
                // Whether it may be refused is the model's to say.
                _ => Ok(()),
            },
            care => care::take(&self.store, care, model),
        }
    }

    fn status(&self, batch: BatchId) -> Option<String> {
        use rusqlite::OptionalExtension;
        let find = "SELECT status FROM import_history WHERE batch_id = ?1";
        let find = |tx: &rusqlite::Transaction<'_>| tx.query_row(find, [batch.0], |row| row.get(0)).optional();
        self.store.db.read(|tx| find(tx).map_err(crate::db::DbError::from)).unwrap()
    }
}

fn batch_of(which: &prop::sample::Index, model: &Model) -> BatchId {
    BatchId(which.index(model.taken.len()) as i64 + 1)
}

/// Whether the step would change something.
fn would_change(step: &Step, model: &Model) -> bool {
    match step {
        Step::Import(_, rows) => !model.taken.iter().any(|taken| taken.live && taken.text == text_of(rows)),
        Step::Undo(which) => {
            let at = which.index(model.taken.len());
            model.taken[at].live && model.later(at).is_empty() && !model.is_forgotten(at)
        }
        // No row.
        Step::Compact | Step::Forget(_) | Step::Sweep => false,
    }
}

/// Brings the model to where the store says that it is; whether the step happened.
fn follow(machine: &Machine, step: &Step, model: &mut Model) -> bool {
    match step {
        Step::Import(mode, rows) => {
            let text = text_of(rows);
            match machine.status(BatchId(model.taken.len() as i64 + 1)).as_deref() {
                None => false,
                Some("complete") => {
                    model.import(*mode, rows, text);
                    model.taken.last_mut().unwrap().snapshot = newest(&machine.store);
                    true
                }
                Some("failed") => {
                    // Its number is used up.
                    model.taken.push(Taken { text, live: false, range: (0, 0), inverse: BTreeMap::new(), snapshot: 0 });
                    false
                }
                Some(other) => panic!("an import is left {other}"),
            }
        }
        Step::Undo(which) => {
            let batch = batch_of(which, model);
            let at = batch.0 as usize - 1;
            let happened = model.taken[at].live && machine.status(batch).as_deref() == Some("undone");
            if happened {
                model.undo(at);
            }
            happened
        }
        Step::Compact | Step::Forget(_) | Step::Sweep => false,
    }
}

/// Crashes and failures that came.
#[derive(Debug, Default)]
struct Came {
    crashes: Cell<u32>,
    failures: Cell<u32>,
    /// Of both, those that came to the database.
    to_database: Cell<u32>,
}

fn check(steps: &[(Step, Option<Mishap>)], came: &Came) {
    let (mut machine, mut model) = (Machine::start(tempfile::tempdir().unwrap()), Model::default());
    for (step, mishap) in steps {
        if matches!(step, Step::Undo(_)) && model.taken.is_empty() {
            continue;
        }
        let changes = would_change(step, &model);
        if let Some(Mishap { after, trouble, seed }) = *mishap {
            machine.disk.arm(after, trouble, seed);
        }
        let before = machine.disk.came_to_databases();
        let taken = machine.take(step, &mut model);
        came.to_database.set(came.to_database.get() + machine.disk.came_to_databases() - before);
        let (trouble_came, left) = machine.disk.disarm();
        let died = left.is_some();
        match left {
            Some(left) => machine = Machine::restart(left),
            None if trouble_came => machine.recover(),
            None => {}
        }
        let count = if died { &came.crashes } else { &came.failures };
        count.set(count.get() + u32::from(trouble_came));
        let happened = follow(&machine, step, &mut model);
        assert!(changes || !happened, "{step:?} changes nothing");
        assert!(died || happened == (changes && taken.is_ok()), "{step:?} ended with {taken:?}");
        assert!(trouble_came || taken.is_ok(), "{step:?} ended with {taken:?}");
        care::expect(&machine.store, &mut model, &format!("after {step:?}, {mishap:?}: {taken:?}"));
        if matches!(step, Step::Compact | Step::Forget(_) | Step::Sweep) && (died || taken.is_err()) {
            machine.take(step, &mut model).unwrap();
            care::expect(&machine.store, &mut model, &format!("after {step:?} was tried again"));
        }
        if changes && !happened {
            machine.take(step, &mut model).unwrap();
            assert!(follow(&machine, step, &mut model), "{step:?} does not work when tried again");
            care::expect(&machine.store, &mut model, &format!("after {step:?} was tried again"));
        }
    }
    care::expect_all_states(&machine.store, &model);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

#[test]
fn whatever_the_disk_does_the_store_is_as_before_or_as_after() {
    let cases = number("CATSCAN_SEQUENCES").unwrap_or(100) as u32;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("CATSCAN_SEED").unwrap_or(now);
    println!("CATSCAN_SEED={seed} CATSCAN_SEQUENCES={cases} runs the same sequences again");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config =
        ProptestConfig { cases, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let mishaps = prop::collection::vec(prop::option::weighted(0.6, mishap()), MOST_STEPS);
    let steps = (steps(), mishaps).prop_map(|(steps, mishaps)| steps.into_iter().zip(mishaps).collect::<Vec<_>>());
    let came = Came::default();
    let started = SystemTime::now();
    runner
        .run(&steps, |steps| {
            check(&steps, &came);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("CATSCAN_SEED={seed}: {error}"));
    println!("{cases} sequences, {came:?}, {:?}", started.elapsed().unwrap());
    assert!(came.crashes.get() > cases / 4 && came.failures.get() > cases / 20, "{came:?}: this shows little");
    assert!(came.to_database.get() > cases / 10, "{came:?}: the database was hardly ever hit");
}
