//! Compaction: the same rows in fewer files, and nothing between.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::AsArray;
use proptest::prelude::*;

use super::fixture::{ALL, Row, TestLake, row, scope};
use crate::lake::{At, CompactAnswer, CompactOptions, LakeError, Scope, Steps};
use crate::model::{AccountId, Clock};

pub(super) fn options() -> CompactOptions {
    CompactOptions { account: None, files: 2, small_bytes: u64::MAX, memory_bytes: 1 << 30, threads: 1, dry_run: false }
}

impl TestLake {
    pub(super) fn compact(&self, options: &CompactOptions) -> CompactAnswer {
        self.lake.compact(options, &Clock::fixed(self.now), &()).unwrap()
    }

    /// A file beside those that are there.
    pub(super) fn beside(&self, scope: &Scope, columns: &[&str], rows: &[Row]) {
        let base = self.lake.snapshot(&At::Latest).unwrap().id;
        self.commit(vec![self.publish(scope, columns, rows)], vec![], base).unwrap();
    }

    fn files(&self) -> usize {
        self.lake.snapshot(&At::Latest).unwrap().files().len()
    }

    /// Every row with every column, in one order.
    pub(super) async fn rows(&self, at: At) -> Vec<String> {
        let session = self.session(at, &[1, 2], 2);
        let mut rows = self.ask(&session, "SELECT * FROM rtb_daily").await.unwrap();
        rows.sort_unstable();
        rows
    }

    fn table_stats(&self) -> (i64, i64) {
        let sql = "SELECT record_count, file_size_bytes FROM ducklake_table_stats WHERE table_id = 1";
        let read = |tx: &rusqlite::Transaction<'_>| {
            Ok::<_, LakeError>(tx.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        };
        self.db.read(read).unwrap()
    }
}

#[tokio::test]
async fn the_files_of_a_partition_become_one_and_older_states_keep_theirs() {
    let lake = TestLake::new();
    for config in ["b3", "b1", "b2"] {
        lake.beside(&scope(1, 1), ALL, &[row(config, "c2", 2), row(config, "c1", 1)]);
    }
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 100)]);
    lake.beside(&scope(2, 1), ALL, &[row("b9", "c1", 1_000)]);
    lake.beside(&scope(2, 1), ALL, &[row("b8", "c1", 1_000)]);
    let before = lake.lake.snapshot(&At::Latest).unwrap();
    let rows = lake.rows(At::Latest).await;

    let account = Some(AccountId(1));
    let planned = lake.compact(&CompactOptions { account, dry_run: true, ..options() });
    assert_eq!((planned.files_before, planned.files_after, planned.rows, planned.bytes_after), (3, 1, 6, None));
    assert_eq!(lake.files(), 6, "a dry run changes nothing");
    let done = lake.compact(&CompactOptions { account, ..options() });
    assert_eq!((done.files_before, done.files_after, done.rows, done.skipped.len()), (3, 1, 6, 0));
    assert_eq!((done.merged[0].kind.as_str(), done.merged[0].account_id), ("performance", AccountId(1)));
    assert_eq!(lake.files(), 4);
    assert_eq!(lake.rows(At::Latest).await, rows);
    assert_eq!(lake.rows(At::Snapshot(before.id)).await, rows);
    let live = lake.lake.snapshot(&At::Latest).unwrap();
    let bytes = live.files().iter().map(|file| file.bytes as i64).sum();
    assert_eq!(lake.table_stats(), (9, bytes), "the catalog counts what is live");
    let merged = live.files_of(&scope(1, 1)).remove(0);
    assert_eq!(merged.bounds_of("billing_id").unwrap().values.as_deref().unwrap(), ["b1", "b2", "b3"]);

    lake.compact(&options());
    assert_eq!(lake.files(), 3, "the other account's, too");
    assert_eq!(lake.compact(&options()).merged, [], "nothing is left to merge");
    assert_eq!(lake.lake.check_hashes(&lake.lake.snapshot(&At::Latest).unwrap()), []);
}

#[test]
fn few_files_and_large_ones_are_left_alone() {
    let lake = TestLake::new();
    for config in ["b1", "b2", "b3"] {
        lake.beside(&scope(1, 1), ALL, &[row(config, "c1", 1)]);
    }
    assert_eq!(lake.compact(&CompactOptions { files: 4, ..options() }).merged, []);
    assert_eq!(lake.compact(&CompactOptions { small_bytes: 10, ..options() }).merged, []);
    // Two are read at a time however little memory there is, so it comes to an end.
    let narrow = CompactOptions { memory_bytes: 1, ..options() };
    assert_eq!((lake.compact(&narrow).files_before, lake.compact(&narrow).files_before, lake.files()), (2, 2, 1));
}

/// Replaces the partition at its turn, or stops the run after so many merges.
struct Meanwhile<'a> {
    lake: &'a TestLake,
    replaces: bool,
    stops_after: u64,
    turns: AtomicU64,
}

impl Steps for Meanwhile<'_> {
    fn in_turn(&self, work: &mut dyn FnMut()) {
        self.turns.fetch_add(1, Ordering::Relaxed);
        if self.replaces {
            self.lake.put(&scope(1, 1), ALL, &[row("b1", "new", 7)]);
        }
        work();
    }

    fn is_stopping(&self) -> bool {
        self.turns.load(Ordering::Relaxed) >= self.stops_after
    }
}

#[tokio::test]
async fn an_import_that_comes_in_between_wins_and_a_run_can_stop() {
    let lake = TestLake::new();
    let clock = Clock::fixed(lake.now);
    for day in [1, 2] {
        lake.beside(&scope(1, day), ALL, &[row("b1", "c", 1)]);
        lake.beside(&scope(1, day), ALL, &[row("b2", "c", 1)]);
    }
    let stopping = Meanwhile { lake: &lake, replaces: false, stops_after: 1, turns: AtomicU64::new(0) };
    let stopped = lake.lake.compact(&options(), &clock, &stopping).unwrap();
    assert_eq!((stopped.merged.len(), stopped.stopped), (1, true));
    assert_eq!(stopped.merged[0].day, super::fixture::day(2), "the newest day first");

    let meanwhile = Meanwhile { replaces: true, stops_after: 9, ..stopping };
    let answer = lake.lake.compact(&options(), &clock, &meanwhile).unwrap();
    assert_eq!((answer.merged.len(), answer.skipped.len()), (0, 1));
    assert!(answer.skipped[0].why.contains("since snapshot"), "{:?}", answer.skipped);
    let session = lake.session(At::Latest, &[1], 1);
    let day = "SELECT creative_id, impressions FROM rtb_daily WHERE metric_date = '2026-11-01'";
    assert_eq!(lake.ask(&session, day).await.unwrap(), ["new|7"]);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_its_partition_left_as_it_is() {
    let lake = TestLake::new();
    lake.beside(&scope(1, 1), ALL, &[row("b1", "c", 1)]);
    lake.beside(&scope(1, 1), ALL, &[row("b2", "c", 1)]);
    lake.beside(&scope(1, 2), ALL, &[row("b1", "c", 1)]);
    lake.beside(&scope(1, 2), ALL, &[row("b2", "c", 1)]);
    let file = lake.lake.snapshot(&At::Latest).unwrap().files_of(&scope(1, 1)).remove(0);
    let path = lake.directory.path().join("lake").join(&file.relative);
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let answer = lake.compact(&options());
    assert_eq!((answer.merged.len(), answer.skipped.len()), (1, 1), "the other day is merged");
    assert!(answer.skipped[0].why.contains(&file.relative), "{:?}", answer.skipped);
    assert_eq!(lake.files(), 3);
}

/// Several files of one partition, each with some of the columns.
fn partition() -> impl Strategy<Value = Vec<(usize, Vec<Row>)>> {
    let text = prop_oneof![Just(String::new()), "[abé]{1,3}", Just("z".repeat(90))];
    let row = (
        proptest::option::weighted(0.8, text.clone()),
        text.clone(),
        proptest::option::of(text),
        proptest::option::of(0..24_i32),
        proptest::option::weighted(0.8, prop_oneof![Just(i64::MAX), Just(i64::MIN), -5..5_i64]),
    );
    let row = row.prop_map(|(billing, creative, country, hour, impressions)| Row {
        billing,
        creative,
        country,
        hour,
        impressions,
    });
    proptest::collection::vec((0..COLUMNS.len(), proptest::collection::vec(row, 1..40)), 2..7)
}

/// What a file may store; all are by config and creative.
const COLUMNS: &[&[&str]] = &[
    ALL,
    &["billing_id", "creative_id", "impressions", "import_batch_id"],
    &["billing_id", "creative_id", "country", "import_batch_id"],
    &["hour", "billing_id", "creative_id", "import_batch_id"],
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merged_files_hold_the_same_rows_in_the_order_of_the_table(files in partition()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let lake = TestLake::new();
            for (columns, rows) in &files {
                lake.beside(&scope(1, 1), COLUMNS[*columns], rows);
            }
            let before = lake.rows(At::Latest).await;
            let answer = lake.compact(&options());
            assert_eq!((answer.files_before, lake.files()), (files.len() as u64, 1), "{answer:?}");
            assert_eq!(lake.rows(At::Latest).await, before);
            let stored = lake.session(At::Latest, &[1], 1).sql("SELECT billing_id FROM rtb_daily").await.unwrap();
            let billings: Vec<Option<String>> = stored.collect().await.unwrap().iter().flat_map(|batch| {
                batch.column(0).as_string_view().iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
            }).collect();
            assert!(billings.is_sorted(), "{billings:?}");
        });
    }
}
