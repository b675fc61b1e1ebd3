//! Column bounds as DuckLake rows: per file, and per table over all files there ever were.
//!
//! A table's bounds only widen, because DuckDB applies them to older snapshots too. No row means that every value so
//! far was null; a row with null bounds means that the bounds are not known, and stays so.

use std::cmp::Ordering;

use rusqlite::{OptionalExtension, Transaction, params};

use super::super::LakeError;
use super::super::bounds::ColumnBounds;
use super::super::publish::PublishedFile;
use super::super::scope::PARTITION_COLUMNS;
use super::TableEntry;
use super::commit::count;
use crate::model::facts::ValueType;

/// What one file says of one column, as text.
struct Column {
    id: i64,
    value_type: ValueType,
    bytes: i64,
    nulls: i64,
    min: Option<String>,
    max: Option<String>,
}

fn columns(entry: &TableEntry, file: &PublishedFile) -> Result<Vec<Column>, LakeError> {
    let value_type = |name: &str| entry.table.column(name).map_or(ValueType::Text, |column| column.value_type);
    let stored = file.facts.bounds.iter().map(|bounds: &ColumnBounds| {
        Ok(Column {
            id: entry.column_id(&bounds.name)?,
            value_type: value_type(&bounds.name),
            bytes: count(bounds.bytes)?,
            nulls: count(bounds.nulls)?,
            min: bounds.min.as_ref().map(|bound| bound.value.to_string()),
            max: bounds.max.as_ref().map(|bound| bound.value.to_string()),
        })
    });
    let in_path = PARTITION_COLUMNS.iter().zip(file.scope.values()).map(|(name, value)| {
        let (id, value_type) = (entry.column_id(name)?, value_type(name));
        Ok(Column { id, value_type, bytes: 0, nulls: 0, min: Some(value.clone()), max: Some(value) })
    });
    in_path.chain(stored).collect()
}

/// Rows of `ducklake_file_column_stats`. A column that the file lacks has none: readers take it as null.
pub(super) fn of_file(
    tx: &Transaction<'_>,
    entry: &TableEntry,
    file: &PublishedFile,
    file_id: i64,
) -> Result<(), LakeError> {
    let rows = count(file.facts.rows)?;
    let mut insert = tx.prepare_cached(include_str!("../../../sql/lake/column_stats_insert.sql"))?;
    for column in columns(entry, file)? {
        let values = rows - column.nulls;
        let known =
            params![file_id, entry.table_id, column.id, column.bytes, values, column.nulls, column.min, column.max];
        insert.execute(known)?;
    }
    Ok(())
}

/// Widens the table's bounds by one file; called once per file, in the order of their ids.
pub(super) fn widen(tx: &Transaction<'_>, entry: &TableEntry, file: &PublishedFile) -> Result<(), LakeError> {
    let rows = count(file.facts.rows)?;
    // The file itself has its row by now.
    let first_file: bool = {
        let files = "SELECT count(*) = 1 FROM (SELECT 1 FROM ducklake_data_file WHERE table_id = ?1 LIMIT 2)";
        tx.query_row(files, [entry.table_id], |row| row.get(0))?
    };
    let columns = columns(entry, file)?;
    let mut find = tx.prepare_cached(include_str!("../../../sql/lake/table_column_stats.sql"))?;
    let mut insert = tx.prepare_cached(include_str!("../../../sql/lake/table_column_stats_insert.sql"))?;
    let mut update = tx.prepare_cached(include_str!("../../../sql/lake/table_column_stats_update.sql"))?;
    for column in &columns {
        let known = find
            .query_row([entry.table_id, column.id], |row| Ok((row.get::<_, bool>(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let only_nulls = column.nulls == rows;
        match known {
            None if only_nulls => {}
            None => {
                let nulls = column.nulls > 0 || !first_file;
                insert.execute(params![entry.table_id, column.id, nulls, column.min, column.max])?;
            }
            Some((nulls, min, max)) => {
                let (min, max) = if only_nulls {
                    (min, max)
                } else {
                    (
                        wider(min, &column.min, column.value_type, Ordering::Less),
                        wider(max, &column.max, column.value_type, Ordering::Greater),
                    )
                };
                update.execute(params![entry.table_id, column.id, nulls || column.nulls > 0, min, max])?;
            }
        }
    }
    // A column that this file lacks is null in all its rows.
    let present: Vec<String> = columns.iter().map(|column| column.id.to_string()).collect();
    let lacking = include_str!("../../../sql/lake/table_column_stats_lacking.sql");
    tx.execute(lacking, params![entry.table_id, format!("[{}]", present.join(","))])?;
    Ok(())
}

/// The more extreme of two bounds; not known when one is not.
fn wider(known: Option<String>, new: &Option<String>, value_type: ValueType, wanted: Ordering) -> Option<String> {
    let (known, new) = (known?, new.clone()?);
    let order = match value_type {
        ValueType::Int64 | ValueType::Int32 => new.parse::<i64>().ok()?.cmp(&known.parse::<i64>().ok()?),
        // Days are ISO text, so text order is time order.
        ValueType::Text | ValueType::Date => new.cmp(&known),
    };
    Some(if order == wanted { new } else { known })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers_and_the_unknown_stays_unknown() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(wider(text("9"), &text("10"), ValueType::Int64, Ordering::Greater), text("10"));
        assert_eq!(wider(text("9"), &text("10"), ValueType::Text, Ordering::Greater), text("9"));
        assert_eq!(wider(text("9"), &text("10"), ValueType::Int64, Ordering::Less), text("9"));
        assert_eq!(wider(None, &text("10"), ValueType::Int64, Ordering::Less), None);
        assert_eq!(wider(text("9"), &None, ValueType::Int64, Ordering::Less), None);
    }
}
