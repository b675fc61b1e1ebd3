//! Where comments come from: fact tables from schema/facts, entities from schema/sql_tables.toml, metrics from
//! sql/metrics.toml, thresholds from their settings, views from their headers, and what is left from sql/comments.toml.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::metrics::metrics;
use super::super::{thresholds, views};
use super::headers::{self, Header};
use super::{DescribedTable, TableKind};
use crate::entities::visible;
use crate::model::{facts, threshold_comment};

/// `sql/comments.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// By name of the column, whatever the view.
    columns: BTreeMap<String, String>,
    /// Tables of the program's own lists.
    tables: BTreeMap<String, WrittenTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    comment: String,
    columns: BTreeMap<String, String>,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../sql/comments.toml"))
        .expect("sql/comments.toml is part of the program and read by a unit test")
});

static HEADERS: LazyLock<BTreeMap<&'static str, Header>> =
    LazyLock::new(|| views::all().iter().map(|view| (view.name, headers::read(view.sql))).collect());

/// The table without its columns.
pub(super) fn table(name: &str) -> DescribedTable {
    let described = |kind, comment: &str, notes: &[(String, String)]| DescribedTable {
        name: name.to_owned(),
        kind,
        comment: comment.to_owned(),
        notes: notes.to_vec(),
        columns: Vec::new(),
    };
    if let Some(table) = facts::table(name) {
        return described(TableKind::Facts, &table.comment, &[]);
    }
    if let Some(header) = HEADERS.get(name) {
        return described(TableKind::View, &header.comment, &header.notes);
    }
    if let Some(table) = visible::tables().iter().find(|table| table.name == name) {
        return described(TableKind::Entities, &table.comment, &[]);
    }
    let written = WRITTEN.tables.get(name).map_or("", |table| &table.comment);
    described(TableKind::Settings, written, &[])
}

/// The comment of a column; empty where nothing is written.
pub(super) fn column(table: &str, column: &str) -> String {
    let of_facts = |table: &facts::FactTable| table.column(column).map(|column| column.comment.clone());
    let of_entities = |table: &visible::VisibleTable| {
        table.columns.iter().find(|found| found.name == column).map(|column| column.comment.clone())
    };
    let own = facts::table(table)
        .and_then(of_facts)
        .or_else(|| visible::tables().iter().find(|found| found.name == table).and_then(of_entities))
        .or_else(|| WRITTEN.tables.get(table)?.columns.get(column).cloned())
        .or_else(|| if table == thresholds::TABLE { threshold_comment(column) } else { None });
    let Some(header) = HEADERS.get(table) else { return own.unwrap_or_default() };
    // A view shows what others define under the same name.
    let metric = || metrics().iter().find(|metric| metric.name == column);
    let read = || views::closure([table.to_owned()]);
    let said = |comment: &String| !comment.is_empty();
    header
        .columns
        .iter()
        .find(|(name, _)| name == column)
        .map(|(_, comment)| comment.clone())
        .or_else(|| metric().map(|metric| format!("{}; {}", metric.comment, metric.unit)))
        .or_else(|| WRITTEN.columns.get(column).cloned())
        .or_else(|| facts::tables().iter().filter(|facts| read().contains(&facts.name)).find_map(of_facts).filter(said))
        .or_else(|| {
            visible::tables().iter().filter(|rows| read().contains(&rows.name)).find_map(of_entities).filter(said)
        })
        .unwrap_or_default()
}
