//! What can be asked, described: tables and views with their columns, metrics and other functions, thresholds.
//!
//! Names and types come from a session, so that they are what a question finds; comments come from where each thing is
//! defined ([`comments`]). The engine's information_schema has no place for comments, so they are read here.

mod comments;
mod headers;

use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use serde::Serialize;
use serde_json::Value;

use super::catalog::AccountScope;
use super::engine::{Engine, Question};
use super::error::QueryError;
use super::metrics::{Metric, metrics};
use super::{functions, thresholds};
use crate::model;

/// Everything that a question can name.
#[derive(Clone, Debug, Serialize)]
pub struct Described {
    /// Tables and views: facts, entities, views, and the thresholds.
    pub tables: Vec<DescribedTable>,
    /// The metrics, which are functions of sums.
    pub metrics: &'static [Metric],
    /// The other functions.
    pub functions: Vec<DescribedFunction>,
    /// The thresholds of the rules as they hold.
    pub thresholds: Vec<Threshold>,
}

/// A table or view.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DescribedTable {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// What a row is, or what a view shows.
    pub comment: String,
    /// Of a view: what its header says of rows, sources, nulls and cost, as key and text.
    pub notes: Vec<(String, String)>,
    /// Its columns, in the order of `SELECT *`.
    pub columns: Vec<DescribedColumn>,
}

/// What a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// Rows of reports.
    Facts,
    /// A view of the semantic layer.
    View,
    /// Rows of the database.
    Entities,
    /// Rows of the program's settings and lists.
    Settings,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DescribedColumn {
    /// Its name.
    pub name: String,
    /// text, int64, float64, date, timestamp, boolean, …
    #[serde(rename = "type")]
    pub value_type: String,
    /// Whether it can be null.
    pub nullable: bool,
    /// Unit, vocabulary or formula; empty where nothing is written.
    pub comment: String,
}

/// A function that is no metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DescribedFunction {
    /// Its name.
    pub name: &'static str,
    /// scalar, aggregate or window.
    pub kind: &'static str,
}

/// A threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// The setting, and the column of the table `thresholds`.
    pub name: String,
    /// What holds.
    pub value: Value,
    /// Where it begins.
    pub comment: String,
}

/// Names, types and nullability of the tables that a question sees.
const COLUMNS: &str = include_str!("../../../sql/described/columns.sql");

/// What these accounts can ask.
pub async fn described(engine: &Engine, accounts: &AccountScope) -> Result<Described, QueryError> {
    let mut tables: Vec<DescribedTable> = Vec::new();
    for row in rows(engine, COLUMNS, accounts).await?.1 {
        let [table, column, data_type, nullable] = row.as_slice() else { continue };
        if tables.last().is_none_or(|last| last.name != *table) {
            tables.push(comments::table(table));
        }
        if let Some(last) = tables.last_mut() {
            last.columns.push(DescribedColumn {
                name: column.clone(),
                value_type: type_word(data_type),
                nullable: nullable == "YES",
                comment: comments::column(table, column),
            });
        }
    }
    tables.sort_by_key(|table| table.kind as u8);
    let (names, values) = rows(engine, &format!("SELECT * FROM {}", thresholds::TABLE), accounts).await?;
    let values = values.into_iter().flatten();
    let threshold = |(name, value): (String, String)| Threshold {
        comment: model::threshold_comment(&name).unwrap_or_default(),
        name,
        value: serde_json::from_str(&value).unwrap_or(Value::Null),
    };
    // In the order of the settings, where those of one rule stand together.
    let mut thresholds: Vec<Threshold> = names.into_iter().zip(values).map(threshold).collect();
    thresholds.sort_by_key(|threshold| model::threshold_place(&threshold.name));
    let functions = functions::names().map(|(kind, name)| DescribedFunction { name, kind }).collect();
    Ok(Described { tables, metrics: metrics(), functions, thresholds })
}

/// The names of the columns, and the cells as text.
async fn rows(
    engine: &Engine,
    sql: &str,
    accounts: &AccountScope,
) -> Result<(Vec<String>, Vec<Vec<String>>), QueryError> {
    let mut answer = engine.ask(Question::new(sql, accounts.clone())).await?;
    let names = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    while let Some(batch) = answer.next().await {
        let batch: RecordBatch = batch?;
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| array_value_to_string(column, row));
            let cells = cells.collect::<Result<Vec<_>, _>>();
            rows.push(cells.map_err(|error| QueryError::Internal(error.to_string()))?);
        }
    }
    Ok((names, rows))
}

/// The engine's name of a type in words that do not change with the engine.
fn type_word(data_type: &str) -> String {
    let is = |start: &str| data_type.starts_with(start);
    match data_type {
        _ if is("Utf8") || is("LargeUtf8") || is("Dictionary") => "text".to_owned(),
        _ if is("Date") => "date".to_owned(),
        _ if is("Timestamp") => "timestamp".to_owned(),
        other => other.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::fixture::Memory;

    async fn all() -> Described {
        described(&Memory::of(Vec::new()).engine(), &AccountScope::All).await.unwrap()
    }

    fn column<'a>(all: &'a Described, table: &str, column: &str) -> &'a DescribedColumn {
        let table = all.tables.iter().find(|found| found.name == table).unwrap();
        table.columns.iter().find(|found| found.name == column).unwrap()
    }

    #[tokio::test]
    async fn tables_views_and_thresholds_have_their_columns_with_type_and_comment() {
        let all = all().await;
        let spend = column(&all, "rtb_daily", "spend_micros");
        assert_eq!((spend.value_type.as_str(), spend.nullable), ("int64", true));
        assert!(spend.comment.contains("millionths"), "{}", spend.comment);
        let waste = column(&all, "v_waste_by_size", "waste_rate_pct");
        assert_eq!(waste.comment, "of reached queries, those that became no impression; percent");
        assert_eq!(
            column(&all, "v_waste_by_size", "creative_size").comment,
            column(&all, "rtb_daily", "creative_size").comment
        );
        let view = all.tables.iter().find(|table| table.name == "v_performance").unwrap();
        assert_eq!(
            (view.kind, view.comment.as_str()),
            (TableKind::View, "what was reached, won and paid, as performance reports say it")
        );
        assert_eq!(view.notes[0].0, "Rows");
        assert!(view.notes[1].1.ends_with("no query and no money is counted twice."), "{:?}", view.notes[1]);
        let block = all.thresholds.iter().find(|threshold| threshold.name == "size_block_daily").unwrap();
        assert_eq!((block.value.as_i64(), all.thresholds[0].name.as_str()), (Some(10_000), "size_block_daily"));
        assert!(block.comment.starts_with("Reached queries a day"), "{}", block.comment);
        assert!(all.functions.contains(&DescribedFunction { name: "sum", kind: "aggregate" }));
    }

    #[tokio::test]
    async fn no_column_of_facts_views_and_thresholds_is_silent() {
        let all = all().await;
        let silent: Vec<String> = all
            .tables
            .iter()
            .filter(|table| table.kind != TableKind::Entities)
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
            .filter(|(_, column)| column.comment.is_empty())
            .map(|(table, column)| format!("{}.{}", table.name, column.name))
            .collect();
        assert!(
            silent.is_empty(),
            "add a comment to sql/comments.toml, or a line `-- column: name: comment`: {silent:#?}"
        );
        let nameless: Vec<&str> =
            all.tables.iter().filter(|table| table.comment.is_empty()).map(|table| table.name.as_str()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }
}
