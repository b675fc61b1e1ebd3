//! Random sequences of imports and undos against a plain map: each import remembers what it changed, each undo puts it
//! back, and one that is not the newest of its days is refused. The model also says which file each row stands in, until
//! files are merged: what an import cannot meet stays where it is.
//!
//! In between, small files are merged, old states are forgotten, and what nothing holds is removed. None of it changes a
//! row; each state that is not forgotten stays as it was; and an import can be undone as long as the state before it is there.

mod care;
pub(super) mod crashes;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::ingest::UndoError;
use crate::model::BatchId;

/// (day of the month, billing id, creative) → (reached queries, batch).
type Rows = BTreeMap<(u8, u8, u8), (u8, i64)>;

#[derive(Clone, Debug)]
enum Step {
    /// Rows of (day, billing, creative, reached) and how they meet live ones.
    Import(Mode, Vec<(u8, u8, u8, u8)>),
    /// One of the imports so far.
    Undo(prop::sample::Index),
    /// All files of a day become one.
    Compact,
    /// The states before one of those that are there are forgotten.
    Forget(prop::sample::Index),
    /// What nothing holds is removed.
    Sweep,
}

/// An import of the model: what the store must be able to take back.
struct Taken {
    text: String,
    live: bool,
    /// First and last day of the file, which stand before the undo of an earlier import even where nothing was new.
    range: (u8, u8),
    /// The files of each changed day before the import.
    inverse: BTreeMap<u8, BTreeSet<Rows>>,
    /// The newest state once it was imported, which is its own where it changed a day.
    snapshot: i64,
}

#[derive(Default)]
struct Model {
    /// The rows of each live file.
    files: BTreeSet<Rows>,
    taken: Vec<Taken>,
    /// Files were merged: from then on only the rows are compared, wherever they stand.
    merged: bool,
    /// The oldest state that is there.
    oldest: i64,
    /// The rows of each state.
    states: BTreeMap<i64, Rows>,
}

/// Whether one of the dimensions tells all rows of a file apart from the keys: by the very billing ids, or by the first
/// and the last creative.
fn are_apart(file: &Rows, keys: &BTreeSet<(u8, u8, u8)>) -> bool {
    let billings: BTreeSet<u8> = file.keys().map(|key| key.1).collect();
    let creatives = || file.keys().map(|key| key.2);
    let (first, last) = (creatives().min().unwrap(), creatives().max().unwrap());
    keys.iter().all(|key| !billings.contains(&key.1)) || keys.iter().all(|key| key.2 < first || key.2 > last)
}

impl Model {
    fn of_day(&self, day: u8) -> impl Iterator<Item = &Rows> {
        // Every file has rows, all of one day.
        self.files.iter().filter(move |file| file.keys().next().unwrap().0 == day)
    }

    fn day(&self, day: u8) -> Rows {
        self.of_day(day).flatten().map(|(key, row)| (*key, *row)).collect()
    }

    fn set_day(&mut self, day: u8, files: BTreeSet<Rows>) {
        self.files.retain(|file| file.keys().next().unwrap().0 != day);
        self.files.extend(files);
    }

    /// Answers how many files end.
    fn import(&mut self, mode: Mode, file: &[(u8, u8, u8, u8)], text: String) -> usize {
        let batch = self.taken.len() as i64 + 1;
        let days: BTreeSet<u8> = file.iter().map(|row| row.0).collect();
        let mut inverse = BTreeMap::new();
        let mut ended = 0;
        for &day in &days {
            let before = self.day(day);
            let mut after = if mode == Mode::Replace { Rows::new() } else { before.clone() };
            // Rows count in the order of the file, so one that goes and comes back is of this import.
            for &(_, billing, creative, reached) in file.iter().filter(|row| row.0 == day) {
                let key = (day, billing, creative);
                let stays = match after.get(&key) {
                    Some((same, _)) if *same == reached => true,
                    Some(_) => mode == Mode::Skip && before.contains_key(&key),
                    None => false,
                };
                if !stays {
                    after.insert(key, (reached, batch));
                }
            }
            if mode != Mode::Replace && after == before {
                continue;
            }
            let keys = file.iter().filter(|row| row.0 == day).map(|row| (row.0, row.1, row.2)).collect();
            let live: BTreeSet<Rows> = self.of_day(day).cloned().collect();
            let mut files: BTreeSet<Rows> =
                live.iter().filter(|file| mode != Mode::Replace && are_apart(file, &keys)).cloned().collect();
            ended += live.len() - files.len();
            after.retain(|key, _| !files.iter().any(|file| file.contains_key(key)));
            files.insert(after);
            inverse.insert(day, live);
            self.set_day(day, files);
        }
        let range = (*days.first().unwrap(), *days.last().unwrap());
        self.taken.push(Taken { text, live: true, range, inverse, snapshot: 0 });
        ended
    }

    /// The later imports that stand before the undo of this one, newest first.
    fn later(&self, at: usize) -> Vec<BatchId> {
        let covers = |taken: &Taken, day: &u8| (taken.range.0..=taken.range.1).contains(day);
        let blocks = |taken: &Taken| taken.live && self.taken[at].inverse.keys().any(|day| covers(taken, day));
        let later = (at + 1..self.taken.len()).rev().filter(|&later| blocks(&self.taken[later]));
        later.map(|later| BatchId(later as i64 + 1)).collect()
    }

    /// Whether what the import replaced is not kept any more.
    fn is_forgotten(&self, at: usize) -> bool {
        let taken = &self.taken[at];
        !taken.inverse.is_empty() && taken.snapshot <= self.oldest
    }

    fn undo(&mut self, at: usize) {
        self.taken[at].live = false;
        for (day, files) in self.taken[at].inverse.clone() {
            self.set_day(day, files);
        }
    }
}

const MOST_STEPS: usize = 13;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mode = prop_oneof![3 => Just(Mode::Merge), 1 => Just(Mode::Replace), 1 => Just(Mode::Skip)];
    // Many files are of one config, so that they cannot meet those of another.
    let rows = (0..3_u8, 1..3_u8).prop_flat_map(|(billing, configs)| {
        prop::collection::vec((15..18_u8, billing..billing + configs, 0..4_u8, 0..3_u8), 1..5)
    });
    let import = (mode, rows).prop_map(|(mode, rows)| Step::Import(mode, rows));
    let undo = any::<prop::sample::Index>().prop_map(Step::Undo);
    let forget = any::<prop::sample::Index>().prop_map(Step::Forget);
    let care = prop_oneof![3 => Just(Step::Compact), 1 => forget, 1 => Just(Step::Sweep)];
    prop::collection::vec(prop_oneof![6 => import, 4 => undo, 3 => care], 1..MOST_STEPS)
}

fn text_of(rows: &[(u8, u8, u8, u8)]) -> String {
    rows.iter()
        .map(|(day, billing, creative, reached)| format!("2026-11-{day},{billing},c{creative},1x1,{reached},0,0\n"))
        .collect()
}

/// The newest state's files by id, with their rows as the model has them.
fn stored(store: &Store) -> BTreeMap<i64, Rows> {
    stored_at(store, &At::Latest)
}

fn stored_at(store: &Store, at: &At) -> BTreeMap<i64, Rows> {
    use arrow::array::AsArray;
    use arrow::datatypes::{DataType, Int64Type};
    let mut files = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for file in store.importer.lake.snapshot(at).unwrap().files() {
        let mut rows = Rows::new();
        let day = file.scope.day.to_string()[8..].parse().unwrap();
        for batch in read(&file.local_path().unwrap()) {
            let text = |name: &str| arrow::compute::cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
            let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
            let (billing, creative) = (text("billing_id"), text("creative_id"));
            let (reached, by) = (number("reached_queries"), number("import_batch_id"));
            for at in 0..batch.num_rows() {
                let billing = billing.as_string::<i32>().value(at).parse().unwrap();
                let creative = creative.as_string::<i32>().value(at)[1..].parse().unwrap();
                rows.insert((day, billing, creative), (reached.value(at) as u8, by.value(at)));
                assert!(keys.insert((day, billing, creative)), "no key stands twice");
            }
        }
        files.insert(file.file_id, rows);
    }
    files
}

fn check(steps: &[Step], store: &Store) {
    let mut model = Model::default();
    let mut before = BTreeMap::new();
    for step in steps {
        let mut ended = None;
        match step {
            Step::Import(mode, rows) => {
                let text = text_of(rows);
                let options = ImportOptions { mode: *mode, drop_missing: true, ..ImportOptions::default() };
                let answer = store.importer.import(&store.file("a.csv", &text), &options, &NoProgress).unwrap();
                match model.taken.iter().position(|taken| taken.live && taken.text == text) {
                    Some(first) => {
                        assert_eq!(
                            (answer.status, answer.batch_id),
                            (Status::Duplicate, Some(BatchId(first as i64 + 1)))
                        );
                    }
                    None => {
                        ended = Some(model.import(*mode, rows, text));
                        model.taken.last_mut().unwrap().snapshot = newest(store);
                        assert_eq!(answer.batch_id, Some(BatchId(model.taken.len() as i64)), "{answer:?}");
                    }
                }
            }
            Step::Undo(_) if model.taken.is_empty() => {}
            Step::Undo(which) => {
                let at = which.index(model.taken.len());
                let undone = store.importer.undo(BatchId(at as i64 + 1), None);
                let expected = model.later(at);
                match undone {
                    Err(UndoError::NotLive { .. }) => assert!(!model.taken[at].live),
                    Err(UndoError::TooOld { .. }) => assert!(model.taken[at].live && model.is_forgotten(at)),
                    Err(UndoError::NotNewest { later, .. }) => assert_eq!(later, expected),
                    Err(other) => panic!("{other}"),
                    Ok(_) => {
                        assert!(model.taken[at].live && expected.is_empty(), "{expected:?}");
                        assert!(!model.is_forgotten(at));
                        model.undo(at);
                    }
                }
            }
            care => care::take(store, care, &mut model).unwrap(),
        }
        let after = stored(store);
        care::expect(store, &mut model, &format!("after {step:?}"));
        if !model.merged
            && let Some(ended) = ended
        {
            let gone = before.keys().filter(|file_id| !after.contains_key(file_id)).count();
            assert_eq!(gone, ended, "files rewritten by {step:?}");
        }
        before = after;
    }
    care::expect_all_states(store, &model);
}

fn newest(store: &Store) -> i64 {
    store.importer.lake.snapshot(&At::Latest).unwrap().id.0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_a_map_that_can_take_back(steps in steps(), memory in prop_oneof![Just(1 << 20), 1..500_usize]) {
        check(&steps, &Store::new().with_memory(memory));
    }
}
