//! Tables in memory, for tests of the door: two accounts, two snapshots, a few configs.

pub(crate) mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::new_null_array;
use arrow::array::{Array, AsArray};
use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use chrono::DateTime;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::ObjectStore;
use object_store::memory::InMemory;

use super::{AccountScope, Capacity, Engine, Opened, QueryError, Tables};
use super::{sizes, thresholds};
use crate::entities::visible;
use crate::lake::At;
use crate::model::facts::{self, FactTable, ValueType};
use crate::model::{AccountId, Day, SnapshotId, Thresholds};

/// A row of rtb_daily; columns not named here are null.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) account: i64,
    pub(crate) report: &'static str,
    pub(crate) day: &'static str,
    pub(crate) billing: Option<&'static str>,
    pub(crate) creative: &'static str,
    pub(crate) size: Option<&'static str>,
    pub(crate) country: Option<&'static str>,
    pub(crate) publisher: Option<&'static str>,
    pub(crate) reached: Option<i64>,
    pub(crate) impressions: Option<i64>,
    pub(crate) clicks: Option<i64>,
    pub(crate) spend: Option<i64>,
    pub(crate) currency: Option<&'static str>,
}

impl Row {
    /// A performance row of account 1 with a single query and no impression.
    pub(crate) const fn reached(billing: &'static str, reached: i64, impressions: i64) -> Self {
        Self {
            account: 1,
            report: "performance",
            day: "2026-11-19",
            billing: Some(billing),
            creative: "c1",
            size: Some("300x250"),
            country: Some("US"),
            publisher: Some("AdMob, AdSense"),
            reached: Some(reached),
            impressions: Some(impressions),
            clicks: Some(0),
            spend: Some(impressions * 1_000),
            currency: Some("USD"),
        }
    }

    fn value(&self, column: &str) -> Cell {
        match column {
            "account_id" => Cell::Number(Some(self.account)),
            "report" => Cell::Text(Some(self.report)),
            "metric_date" => Cell::Number(Some(i64::from(day(self.day).epoch_days()))),
            "billing_id" => Cell::Text(self.billing),
            "creative_id" => Cell::Text(Some(self.creative)),
            "creative_size" => Cell::Text(self.size),
            "country" => Cell::Text(self.country),
            "publisher_name" => Cell::Text(self.publisher),
            "reached_queries" => Cell::Number(self.reached),
            "impressions" => Cell::Number(self.impressions),
            "clicks" => Cell::Number(self.clicks),
            "spend_micros" => Cell::Number(self.spend),
            "currency" => Cell::Text(self.currency),
            "import_batch_id" => Cell::Number(Some(1)),
            _ => Cell::Null,
        }
    }
}

enum Cell {
    Number(Option<i64>),
    Text(Option<&'static str>),
    Null,
}

impl Cell {
    fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { *number } else { None }
    }

    fn text(&self) -> Option<&'static str> {
        if let Self::Text(text) = self { *text } else { None }
    }
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The store: snapshot n holds `snapshots[n - 1]`; configs are (account, config, billing, name).
#[derive(Clone, Default)]
pub(crate) struct Memory {
    pub(crate) snapshots: Vec<Vec<Row>>,
    pub(crate) configs: Vec<(i64, &'static str, &'static str, &'static str)>,
}

impl Memory {
    pub(crate) fn of(rows: Vec<Row>) -> Self {
        Self { snapshots: vec![rows], configs: Vec::new() }
    }

    /// An engine over this store with two threads.
    pub(crate) fn engine(self) -> Engine {
        self.engine_within(|_| ())
    }

    pub(crate) fn engine_within(self, change: impl FnOnce(&mut Capacity)) -> Engine {
        let mut capacity = Capacity::new(2, std::env::temp_dir().join("catscan-fixture-spill"));
        change(&mut capacity);
        Engine::new(Arc::new(self), capacity).unwrap()
    }
}

impl Tables for Memory {
    fn open(&self, at: &At, accounts: &AccountScope, _: &BTreeSet<String>) -> Result<Opened, QueryError> {
        let newest = i64::try_from(self.snapshots.len()).unwrap();
        let snapshot = if let At::Snapshot(SnapshotId(id)) = at { *id } else { newest };
        let missing = || QueryError::UnknownSnapshot(format!("there is no snapshot {snapshot}"));
        let rows = usize::try_from(snapshot - 1).ok().and_then(|at| self.snapshots.get(at)).ok_or_else(missing)?;
        let seen = |account: i64| match accounts {
            AccountScope::All => true,
            AccountScope::Only(only) => only.contains(&AccountId(account)),
        };
        let rows: Vec<Row> = rows.iter().filter(|row| seen(row.account)).cloned().collect();
        let configs: Vec<_> = self.configs.iter().filter(|config| seen(config.0)).collect();
        let mut newest_day = BTreeMap::new();
        for row in &rows {
            let newest = newest_day.entry(row.report.to_owned()).or_insert_with(|| day(row.day));
            *newest = (*newest).max(day(row.day));
        }
        let texts = |pick: fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(configs.iter().map(|config| pick(config))))
        };
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(configs.iter().map(|config| config.0)));
        let none: ArrayRef = Arc::new(StringArray::new_null(configs.len()));
        let entities = [
            entity(
                "pretargeting_configs",
                vec![
                    ("account_id", numbers),
                    ("config_id", texts(|config| config.1)),
                    ("billing_id", texts(|config| config.2)),
                    ("display_name", texts(|config| config.3)),
                    ("user_name", Arc::clone(&none)),
                    ("state", texts(|_| "ACTIVE")),
                    ("included_sizes", Arc::clone(&none)),
                    ("included_geos", none),
                ],
            ),
            entity(
                "import_history",
                vec![
                    ("account_id", Arc::new(Int64Array::from(vec![1])) as ArrayRef),
                    ("batch_id", Arc::new(Int64Array::from(vec![1]))),
                    ("report", Arc::new(StringArray::from(vec!["performance"]))),
                    ("status", Arc::new(StringArray::from(vec!["complete"]))),
                    ("file_hash", Arc::new(StringArray::from(vec!["a1"]))),
                    ("imported_at", Arc::new(StringArray::from(vec!["2026-11-20T06:00:00.000Z"]))),
                    ("rows_imported", Arc::new(Int64Array::from(vec![1_000_000]))),
                    ("rows_replaced", Arc::new(Int64Array::from(vec![0]))),
                    ("date_range_start", Arc::new(Date32Array::new_null(1))),
                    ("date_range_end", Arc::new(Date32Array::new_null(1))),
                ],
            ),
        ];
        let others = visible::tables().iter().map(|table| {
            let none: Arc<dyn TableProvider> = Arc::new(MemTable::try_new(table.schema(), vec![vec![]]).unwrap());
            (table.name.clone(), none)
        });
        let thresholds = thresholds::provider(&Thresholds::default()).unwrap();
        let others = others.chain(sizes::tables().unwrap()).chain([(thresholds::TABLE.to_owned(), thresholds)]);
        Ok(Opened {
            snapshot: SnapshotId(snapshot),
            snapshot_time: DateTime::from_timestamp(1_795_000_000 + snapshot, 0).unwrap(),
            facts: facts::tables()
                .iter()
                .map(|table| {
                    let rows = if table.name == "rtb_daily" { &rows[..] } else { &[] };
                    (table.name.clone(), fact_table(table, rows))
                })
                .collect(),
            entities: others.chain(entities).collect(),
            newest_day,
        })
    }

    fn store(&self) -> (ObjectStoreUrl, Arc<dyn ObjectStore>) {
        (ObjectStoreUrl::parse("lake://store").unwrap(), Arc::new(InMemory::new()))
    }

    fn hidden(&self) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// The table of that name with these columns, the others null.
fn entity(name: &str, columns: Vec<(&str, ArrayRef)>) -> (String, Arc<dyn TableProvider>) {
    let schema = visible::table(name).unwrap().schema();
    let rows = columns[0].1.len();
    let all = schema.fields().iter().map(|field| {
        let given = columns.iter().find(|(name, _)| name == field.name()).map(|(_, column)| column);
        given.map_or_else(|| new_null_array(field.data_type(), rows), |column| cast(column, field.data_type()).unwrap())
    });
    let batch = RecordBatch::try_new(Arc::clone(&schema), all.collect()).unwrap();
    (name.to_owned(), Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap()))
}

fn fact_table(table: &FactTable, rows: &[Row]) -> Arc<dyn TableProvider> {
    let fields = table.columns.iter().map(|column| {
        let kind = match column.value_type {
            ValueType::Text => DataType::Utf8View,
            ValueType::Int64 => DataType::Int64,
            ValueType::Int32 => DataType::Int32,
            ValueType::Date => DataType::Date32,
        };
        Field::new(&column.name, kind, column.nullable)
    });
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = table.columns.iter().map(|column| {
        let cells: Vec<Cell> = rows.iter().map(|row| row.value(&column.name)).collect();
        let numbers = || cells.iter().map(Cell::number);
        let small = || numbers().map(|number| number.map(|number| i32::try_from(number).unwrap()));
        match column.value_type {
            ValueType::Text => Arc::new(cells.iter().map(Cell::text).collect::<StringViewArray>()) as ArrayRef,
            ValueType::Int64 => Arc::new(numbers().collect::<Int64Array>()),
            ValueType::Int32 => Arc::new(small().collect::<Int32Array>()),
            ValueType::Date => Arc::new(small().collect::<Date32Array>()),
        }
    });
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap();
    let parts =
        (0..batch.num_rows()).step_by(8192).map(|start| batch.slice(start, (batch.num_rows() - start).min(8192)));
    Arc::new(MemTable::try_new(schema, vec![parts.collect()]).unwrap())
}

/// The only cell of the answer, over an empty store.
pub(crate) fn one_number(sql: &str) -> Option<f64> {
    let engine = Memory::of(Vec::new()).engine();
    let mut answer = engine.ask_blocking(super::Question::new(sql, AccountScope::All)).unwrap();
    let batch = answer.next_blocking().unwrap().unwrap();
    let cell = batch.column(0).as_primitive::<Float64Type>();
    (!cell.is_null(0)).then(|| cell.value(0))
}

/// The whole answer as a table of text, for comparing.
pub(crate) fn show(engine: &Engine, sql: &str) -> Result<String, QueryError> {
    show_for(engine, super::Question::new(sql, AccountScope::All))
}

pub(crate) fn show_for(engine: &Engine, question: super::Question) -> Result<String, QueryError> {
    let mut answer = engine.ask_blocking(question)?;
    let mut batches = Vec::new();
    while let Some(batch) = answer.next_blocking() {
        batches.push(batch?);
    }
    let shown = arrow::util::pretty::pretty_format_batches_with_schema(Arc::clone(&answer.schema), &batches);
    Ok(shown.unwrap().to_string())
}
