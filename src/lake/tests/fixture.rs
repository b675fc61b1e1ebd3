//! A lake in a temporary directory, and rows for it that say only what a test is about.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, StringArray, StringDictionaryBuilder,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, UInt32Type};
use chrono::{DateTime, Utc};
use datafusion::execution::config::SessionConfig;
use datafusion::prelude::SessionContext;
use tempfile::TempDir;

use crate::db::Db;
use crate::lake::{At, Change, Lake, LakeError, PublishedFile, Scope, StagedFile};
use crate::model::facts::{self, Column, FactTable};
use crate::model::{AccountId, Day, SnapshotId};

/// A row of the test; columns that it does not name are not stored, or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lake) struct Row {
    pub billing: Option<String>,
    pub creative: String,
    pub country: Option<String>,
    pub hour: Option<i32>,
    pub impressions: Option<i64>,
}

pub(in crate::lake) fn row(billing: &str, creative: &str, impressions: i64) -> Row {
    Row { billing: Some(billing.into()), creative: creative.into(), impressions: Some(impressions), ..Row::default() }
}

pub(in crate::lake) const ALL: &[&str] =
    &["hour", "billing_id", "creative_id", "country", "impressions", "import_batch_id"];

pub(in crate::lake) struct TestLake {
    pub lake: Lake,
    pub db: Db,
    pub directory: TempDir,
    pub now: DateTime<Utc>,
}

pub(in crate::lake) fn table() -> &'static FactTable {
    facts::table("rtb_daily").unwrap()
}

pub(in crate::lake) fn day(day: u32) -> Day {
    Day::from_ymd(2026, 11, day).unwrap()
}

pub(in crate::lake) fn scope(account: i64, of_month: u32) -> Scope {
    Scope { table: table(), account: AccountId(account), report: "performance".into(), day: day(of_month) }
}

pub(in crate::lake) fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T12:00:00Z").unwrap().to_utc()
}

impl TestLake {
    pub(in crate::lake) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let db = Db::open(&directory.path().join("catscan.db")).unwrap();
        let now = noon();
        let lake = Lake::open(db.clone(), &directory.path().join("lake"), &directory.path().join("tmp"), now).unwrap();
        Self { lake, db, directory, now }
    }

    /// The same store opened by another process.
    pub(in crate::lake) fn reopened(&self) -> Result<Lake, LakeError> {
        let at = |name: &str| self.directory.path().join(name);
        Lake::open(Db::open(&at("catscan.db"))?, &at("lake"), &at("tmp"), self.now)
    }

    pub(in crate::lake) fn stage(&self, scope: &Scope, columns: &[&str], rows: &[Row]) -> StagedFile {
        let mut rows = rows.to_vec();
        // The sort order of the table, nulls first (as Option orders), text by its bytes; absent columns order nothing.
        let stored = |name: &str, value: Option<&str>| columns.contains(&name).then(|| value.map(str::to_owned));
        rows.sort_by_key(|row| {
            let billing = stored("billing_id", row.billing.as_deref());
            (billing, row.creative.clone(), stored("country", row.country.as_deref()))
        });
        let grain: Vec<&str> =
            ["billing_id", "creative_id"].into_iter().filter(|name| columns.contains(name)).collect();
        let columns: Vec<&'static Column> = columns.iter().map(|name| table().column(name).unwrap()).collect();
        let mut file = self.lake.create_file(scope, &columns, &grain, rows.len() as u64).unwrap();
        // Two batches, so that order is also checked between them.
        let batch = batch(&columns, &rows);
        let half = rows.len() / 2;
        file.write(&batch.slice(0, half)).unwrap();
        file.write(&batch.slice(half, rows.len() - half)).unwrap();
        file.finish().unwrap()
    }

    pub(in crate::lake) fn publish(&self, scope: &Scope, columns: &[&str], rows: &[Row]) -> PublishedFile {
        self.lake.publish(vec![self.stage(scope, columns, rows)]).unwrap().pop().unwrap()
    }

    pub(in crate::lake) fn commit(
        &self,
        add: Vec<PublishedFile>,
        end: Vec<i64>,
        base: SnapshotId,
    ) -> Result<SnapshotId, LakeError> {
        self.db.write(|tx| self.lake.commit(tx, self.change(add, end, base)))
    }

    pub(in crate::lake) fn change(&self, add: Vec<PublishedFile>, end: Vec<i64>, base: SnapshotId) -> Change {
        Change {
            add,
            end,
            base,
            author: "test".into(),
            message: "a test".into(),
            extra: r#"{"batch_id":1}"#.into(),
            now: self.now,
        }
    }

    /// Replaces the partition by these rows.
    pub(in crate::lake) fn put(&self, scope: &Scope, columns: &[&str], rows: &[Row]) -> SnapshotId {
        let snapshot = self.lake.snapshot(&At::Latest).unwrap();
        let end = snapshot.files_of(scope).iter().map(|file| file.file_id).collect();
        self.commit(vec![self.publish(scope, columns, rows)], end, snapshot.id).unwrap()
    }

    /// A session that knows the lake's store and the table of one snapshot.
    pub(in crate::lake) fn session(&self, at: At, accounts: &[i64], partitions: usize) -> SessionContext {
        let config = SessionConfig::new().with_target_partitions(partitions);
        let session = SessionContext::new_with_config(config);
        session.runtime_env().register_object_store(self.lake.object_store_url().as_ref(), self.lake.object_store());
        let accounts: Vec<AccountId> = accounts.iter().copied().map(AccountId).collect();
        let provider = self.lake.snapshot(&at).unwrap().provider(table(), &accounts);
        session.register_table("rtb_daily", provider).unwrap();
        session
    }

    /// The rows of a query, as text.
    pub(in crate::lake) async fn ask(
        &self,
        session: &SessionContext,
        sql: &str,
    ) -> datafusion::error::Result<Vec<String>> {
        let batches = session.sql(sql).await?.collect().await?;
        let mut rows = Vec::new();
        for batch in batches {
            for row in 0..batch.num_rows() {
                let cells = batch
                    .columns()
                    .iter()
                    .map(|column| arrow::util::display::array_value_to_string(column, row).unwrap());
                rows.push(cells.collect::<Vec<_>>().join("|"));
            }
        }
        Ok(rows)
    }

    /// Σ impressions of a snapshot, over all accounts of the tests.
    pub(in crate::lake) async fn impressions(&self, at: At) -> i64 {
        let session = self.session(at, &[1, 2], 2);
        let batches = session.sql("SELECT sum(impressions) FROM rtb_daily").await.unwrap().collect().await.unwrap();
        let sums = batches[0].column(0).as_primitive::<Int64Type>();
        if sums.is_null(0) { 0 } else { sums.value(0) }
    }
}

fn dictionary<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<UInt32Type>::new();
    values.for_each(|value| builder.append_option(value));
    Arc::new(builder.finish())
}

/// Rows as the importer offers them: text as dictionaries, but countries plain, because both are allowed.
fn batch(columns: &[&'static Column], rows: &[Row]) -> RecordBatch {
    let array = |column: &&'static Column| -> ArrayRef {
        match column.name.as_str() {
            "billing_id" => dictionary(rows.iter().map(|row| row.billing.as_deref())),
            "creative_id" => dictionary(rows.iter().map(|row| Some(row.creative.as_str()))),
            "country" => Arc::new(rows.iter().map(|row| row.country.as_deref()).collect::<StringArray>()),
            "hour" => Arc::new(rows.iter().map(|row| row.hour).collect::<Int32Array>()),
            "impressions" => Arc::new(rows.iter().map(|row| row.impressions).collect::<Int64Array>()),
            "import_batch_id" => Arc::new(rows.iter().map(|_| Some(1)).collect::<Int64Array>()),
            other => panic!("the fixture has no column {other}"),
        }
    };
    let arrays: Vec<ArrayRef> = columns.iter().map(array).collect();
    let fields = columns.iter().zip(&arrays).map(|(column, array)| {
        let data_type: &DataType = array.data_type();
        Field::new(&column.name, data_type.clone(), true)
    });
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), arrays).unwrap()
}
