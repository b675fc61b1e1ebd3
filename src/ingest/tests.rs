//! The importer on a real store in a temporary directory.

mod beside;
mod days;
mod each_operation;
mod sequences;
mod undo;

use std::path::Path;

use super::*;
use crate::db::Db;
use crate::lake::{At, Lake, LakeError};
use crate::model::{AccountId, Clock, Micros};
use crate::report::ReportRules;

struct Store {
    dir: tempfile::TempDir,
    db: Db,
    importer: Importer,
}

/// (billing id, creative, reached, spend, batch)
type Row = (Option<String>, String, Option<i64>, Option<i64>, i64);

const HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Reached queries,Impressions,Spend (buyer currency)\n";

impl Store {
    fn new() -> Self {
        Self::over(tempfile::tempdir().unwrap(), Lake::open)
    }

    fn over(
        dir: tempfile::TempDir,
        open: impl FnOnce(Db, &Path, &Path, chrono::DateTime<chrono::Utc>) -> Result<Lake, LakeError>,
    ) -> Self {
        let tmp = dir.path().join("tmp");
        std::fs::create_dir_all(&tmp).unwrap();
        let db = Db::open(&dir.path().join("catscan.db")).unwrap();
        let lake = open(db.clone(), &dir.path().join("lake"), &tmp, Clock::system().now()).unwrap();
        let clock = Clock::fixed("2026-11-20T12:00:00Z".parse().unwrap());
        let importer = Importer::new(db.clone(), lake, tmp, clock, ImportLimits::default());
        Self { dir, db, importer }
    }

    /// With so much memory for rows: a day that is larger goes through the disk.
    fn with_memory(mut self, bytes: usize) -> Self {
        self.importer.limits.rows_in_memory_bytes = bytes;
        self
    }

    fn file(&self, name: &str, rows: &str) -> Source {
        self.raw(name, &format!("{HEADER}{rows}"))
    }

    fn raw(&self, name: &str, text: &str) -> Source {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        Source::received(path, name)
    }

    fn import(&self, source: &Source) -> ImportAnswer {
        self.import_as(source, Mode::Merge)
    }

    fn import_as(&self, source: &Source, mode: Mode) -> ImportAnswer {
        let options = ImportOptions { mode, ..ImportOptions::default() };
        let answer = self.importer.import(source, &options, &NoProgress).unwrap();
        let outcomes = [
            answer.rows_imported,
            answer.rows_replaced,
            answer.rows_duplicate,
            answer.rows_rejected,
            answer.rows_skipped,
        ];
        if answer.status == Status::Imported {
            assert_eq!(answer.rows_read, outcomes.iter().sum::<u64>(), "rows add up: {answer:?}");
        }
        answer
    }

    /// Every live row, sorted.
    fn rows(&self) -> Vec<Row> {
        use arrow::array::AsArray;
        use arrow::datatypes::{DataType, Int64Type};
        let mut rows = Vec::new();
        for file in self.importer.lake.snapshot(&At::Latest).unwrap().files() {
            for batch in read(&file.local_path().unwrap()) {
                let text =
                    |name: &str| arrow::compute::cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
                let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
                let (billing, creative) = (text("billing_id"), text("creative_id"));
                let (reached, spend, by) =
                    (number("reached_queries"), number("spend_micros"), number("import_batch_id"));
                for i in 0..batch.num_rows() {
                    let billing = billing.as_string::<i32>().iter().nth(i).unwrap().map(str::to_owned);
                    let creative = creative.as_string::<i32>().value(i).to_owned();
                    let at = |array: &arrow::array::Int64Array| array.iter().nth(i).unwrap();
                    rows.push((billing, creative, at(&reached), at(&spend), by.value(i)));
                }
            }
        }
        rows.sort();
        rows
    }

    fn count(&self, sql: &str) -> i64 {
        self.db.read(|tx| Ok::<_, crate::db::DbError>(tx.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }
}

fn read(path: &Path) -> Vec<arrow::array::RecordBatch> {
    let file = std::fs::File::open(path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.collect::<Result<_, _>>().unwrap()
}

fn row(
    billing: &str,
    creative: &str,
    reached: i64,
    spend: i64,
    batch: i64,
) -> (Option<String>, String, Option<i64>, Option<i64>, i64) {
    (Some(billing.to_owned()), creative.to_owned(), Some(reached), Some(spend), batch)
}

#[test]
fn a_restated_file_replaces_what_changed_and_keeps_the_rest() {
    let store = Store::new();
    let first = store.import(&store.file(
        "a.csv",
        "2026-11-18,7,c1,300x250,10,5,1.5\n2026-11-18,7,c2,300x250,20,5,0.25\n2026-11-19,8,c1,300x250,1,1,0.1\n",
    ));
    assert_eq!((first.status, first.rows_imported, first.spend_micros), (Status::Imported, 3, Some(Micros(1_850_000))));
    let second = store.import(&store.file(
        "b.csv",
        "2026-11-18,7,c2,300x250,21,5,0.25\n2026-11-18,7,c1,300x250,10,5,1.5\n2026-11-18,9,c9,300x250,1,1,0\n",
    ));
    assert_eq!((second.rows_imported, second.rows_replaced, second.rows_duplicate), (1, 1, 1));
    let expected = [
        row("7", "c1", 10, 1_500_000, 1),
        row("7", "c2", 21, 250_000, 2),
        row("8", "c1", 1, 100_000, 1),
        row("9", "c9", 1, 0, 2),
    ];
    assert_eq!(store.rows(), expected);
}

#[test]
fn the_same_bytes_are_one_import_however_often_they_come() {
    let store = Store::new();
    let text = "2026-11-18,7,c1,300x250,10,5,1.5\n";
    let first = store.import(&store.file("a.csv", text));
    let again = store.import(&store.file("copy.csv", text));
    assert_eq!((again.status, again.batch_id), (Status::Duplicate, first.batch_id));
    assert_eq!(store.count("SELECT count(*) FROM import_history"), 1);
}

#[test]
fn many_at_once_with_the_same_file_are_one_import() {
    let store = Store::new();
    let source = store.file("a.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| store.import(&source))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == Status::Imported).count(), 1);
    assert!(answers.iter().all(|answer| answer.batch_id == answers[0].batch_id), "all name the winner");
    assert_eq!(store.rows().len(), 1);
}

#[test]
fn files_of_one_call_end_in_the_state_of_their_order() {
    let store = Store::new();
    let sources: Vec<_> = (0..12)
        .map(|i| {
            store.file(
                &format!("{i}.csv"),
                &format!("2026-11-18,7,c1,300x250,{i},5,1.5\n2026-11-18,7,only{i:02},1x1,{i},5,1.5\n"),
            )
        })
        .collect();
    let answers = store.importer.import_all(&sources, &ImportOptions::default(), &NoProgress, &|_| {});
    assert!(
        answers.iter().map(|answer| &answer.file).eq(sources.iter().map(|source| source.name()).collect::<Vec<_>>())
    );
    assert!(answers.iter().all(|answer| answer.status == Status::Imported), "{answers:?}");
    let rows = store.rows();
    assert_eq!(rows.len(), 13);
    assert_eq!(rows[0].2, Some(11), "the last file's row of the shared key");
}

#[test]
fn a_file_with_too_many_faults_changes_nothing_and_says_why() {
    let store = Store::new();
    let answer =
        store.import(&store.file("a.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n2026-11-18,7,c2,300x250,x,5,1.5\n"));
    assert_eq!(answer.status, Status::Refused);
    let error = answer.error.unwrap();
    assert_eq!(error.code, "too_many_rejects");
    assert!(error.message.contains("line 3, column reached_queries, value 'x'"), "{}", error.message);
    assert!(store.rows().is_empty());
    assert_eq!(store.count("SELECT count(*) FROM import_faults WHERE line = 3"), 1);
    assert_eq!(store.count("SELECT count(*) FROM import_history WHERE status = 'failed'"), 1);
}

#[test]
fn another_grain_is_refused_and_mode_replace_takes_it() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n"));
    let by_country =
        store.raw("b.csv", "Day,Billing ID,Creative ID,Country,Reached queries\n2026-11-18,7,c1,India,10\n");
    let refused = store.import(&by_country);
    assert_eq!(refused.error.as_ref().map(|error| error.code), Some("other_grain"));
    let taken = store.import_as(&by_country, Mode::Replace);
    assert_eq!((taken.status, taken.rows_imported), (Status::Imported, 1));
}

#[test]
fn mode_replace_does_not_erase_another_seats_rows() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n2026-11-18,8,c1,300x250,10,5,1.5\n"));
    let one_seat = store.file("b.csv", "2026-11-18,7,c1,300x250,11,5,1.5\n");
    let refused = store.import_as(&one_seat, Mode::Replace).error.unwrap();
    assert_eq!(refused.code, "would_erase");
    assert!(refused.message.contains("billing_id 8"), "{}", refused.message);
    let options = ImportOptions { mode: Mode::Replace, drop_missing: true, ..ImportOptions::default() };
    store.importer.import(&one_seat, &options, &NoProgress).unwrap();
    assert_eq!(store.rows(), [row("7", "c1", 11, 1_500_000, 3)]);
}

#[test]
fn an_account_learns_its_currency_and_its_date_order() {
    let store = Store::new();
    store.import(&store.file("a.csv", "11/18/26,7,c1,300x250,10,5,US$1.5\n"));
    assert_eq!(store.count("SELECT currency = 'USD' AND date_format = 'month_first' FROM accounts"), 1);
    let bare = store.import(&store.file("b.csv", "2/3/26,7,c1,300x250,10,5,1.5\n"));
    assert_eq!(bare.currency.unwrap().code(), "USD");
    assert_eq!(bare.date_range.unwrap().start.to_string(), "2026-02-03");
    let unknown = ImportOptions { account: AccountId(99), ..ImportOptions::default() };
    assert!(
        store.importer.import(&store.file("c.csv", "2/3/26,7,c1,300x250,10,5,1.5\n"), &unknown, &NoProgress).is_err()
    );
}

#[test]
fn a_column_that_the_live_day_has_and_the_file_lacks_is_null_in_the_files_rows() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n2026-11-18,7,c2,300x250,10,5,1.5\n"));
    let without_spend =
        "Day,Billing ID,Creative ID,Creative size,Reached queries,Impressions\n2026-11-18,7,c2,300x250,11,5\n";
    store.import(&store.raw("b.csv", without_spend));
    let rows = store.rows();
    assert_eq!(rows[0], row("7", "c1", 10, 1_500_000, 1));
    assert_eq!((rows[1].2, rows[1].3, rows[1].4), (Some(11), None, 2));
}

#[test]
fn a_kind_and_an_alias_are_lines_of_toml() {
    const DEALS: &str = r#"
        name = "deals"
        title = "report of deals"
        table = "rtb_daily"
        required = ["metric_date", "creative_id", "deal_id"]
        fix = "Choose Deal ID."
        [[recognised_by]]
        all = ["deal_id", "creative_id"]
        none = ["billing_id"]
    "#;
    let columns = ReportRules::COLUMNS.replace(r#""Country","#, r#""Country", "Pays","#);
    let kinds: Vec<&str> = ReportRules::KINDS.iter().copied().chain([DEALS]).collect();
    let rules = ReportRules::from_texts(&columns, &kinds).unwrap();
    let own = Store::new();
    let text = "Day,Creative ID,Deal ID,Pays,Impressions\n2026-11-18,c1,d1,India,5\n2026-11-18,c1,d2,India,6\n";
    assert_eq!(own.import(&own.raw("a.csv", text)).error.unwrap().code, "unknown_report");

    let mut store = Store::new();
    // Rules live as long as the program.
    store.importer = store.importer.with_rules(Box::leak(Box::new(rules)));
    let answer = store.import(&store.raw("a.csv", text));
    assert_eq!((answer.kind.as_deref(), answer.rows_imported), (Some("deals"), 2), "{answer:?}");
    assert_eq!(answer.columns_mapped["Pays"], "country");
    let files = store.importer.lake.snapshot(&At::Latest).unwrap();
    let file = &files.files()[0];
    assert_eq!((file.scope.report.as_str(), file.scope.table.name.as_str()), ("deals", "rtb_daily"));
    assert_eq!(file.grain, ["creative_id", "country", "deal_id"]);
    assert!(store.import(&store.file("b.csv", "2026-11-18,7,c1,300x250,10,5,1.5\n")).error.is_none());
}

#[test]
fn a_name_without_its_id_is_part_of_the_grain() {
    let store = Store::new();
    let by_name = "Day,Publisher name,Impressions,IVT credited impressions\n2026-11-18,Nova,5,1\n";
    assert_eq!(store.import(&store.raw("a.csv", by_name)).status, Status::Imported);
    let by_both = "Day,Publisher ID,Publisher name,Impressions,IVT credited impressions\n2026-11-18,p1,Nova,5,1\n";
    let refused = store.import(&store.raw("b.csv", by_both)).error.unwrap();
    assert_eq!(refused.code, "other_grain", "{}", refused.message);
}

#[test]
fn the_record_names_the_billing_ids_and_a_mistyped_path_leaves_none() {
    let store = Store::new();
    store.import(&store.file("a.csv", "2026-11-18,8,c1,300x250,10,5,1.5\n2026-11-18,7,c1,300x250,10,5,1.5\n"));
    assert_eq!(store.count("SELECT billing_ids = '[\"7\",\"8\"]' FROM import_history"), 1);
    let missing = store.import(&Source::file(store.dir.path().join("nothing.csv")));
    assert_eq!(missing.error.map(|error| error.code), Some("no_such_file"));
    assert_eq!(store.count("SELECT count(*) FROM import_history"), 1);
}
