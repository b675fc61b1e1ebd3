//! What is known of a column's values in one file: nulls, and bounds that hold even where they are not exact.
//!
//! Long texts have shortened bounds: the lower one is a prefix, the upper one a prefix with its last character
//! raised. They prune correctly, but they are no values of the column.

use parquet::data_type::AsBytes;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;
use serde::{Deserialize, Serialize};

/// A value of a column, as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Counts, hours, money.
    Int(i64),
    /// Text, compared by its bytes.
    Text(String),
}

/// The text form that DuckDB writes into its own catalogs.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

/// A bound of a column; exact when some row has that value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The bound.
    pub value: Value,
    /// Whether it is itself a value of the column.
    pub exact: bool,
}

/// What a file knows of one stored column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnBounds {
    /// The column's name.
    pub name: String,
    /// Rows without a value.
    pub nulls: u64,
    /// Lower bound of the values; absent when there is none, or when it is not known.
    pub min: Option<Bound>,
    /// Upper bound, likewise.
    pub max: Option<Bound>,
    /// Compressed size in the file.
    pub bytes: u64,
    /// The distinct values but null, of a text column by which files of a day part; files of earlier versions, and
    /// columns of very many values, have only the bounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

/// Bounds of every column of a file, in file order, from its footer.
pub(super) fn of_file(metadata: &ParquetMetaData) -> Vec<ColumnBounds> {
    let columns = metadata.file_metadata().schema_descr().columns().len();
    (0..columns).map(|index| of_column(metadata, index)).collect()
}

fn of_column(metadata: &ParquetMetaData, index: usize) -> ColumnBounds {
    let name = metadata.file_metadata().schema_descr().column(index).name().to_owned();
    let mut bounds = ColumnBounds { name, nulls: 0, min: None, max: None, bytes: 0, values: None };
    let mut known = true;
    for group in metadata.row_groups() {
        let chunk = group.column(index);
        let rows = u64::try_from(group.num_rows()).unwrap_or(0);
        bounds.bytes += u64::try_from(chunk.compressed_size()).unwrap_or(0);
        let nulls = chunk.statistics().and_then(Statistics::null_count_opt);
        known &= nulls.is_some();
        bounds.nulls += nulls.unwrap_or(0);
        if nulls == Some(rows) {
            continue;
        }
        match chunk.statistics().and_then(extremes) {
            Some((min, max)) => {
                bounds.min = lower(bounds.min, min);
                bounds.max = upper(bounds.max, max);
            }
            None => known = false,
        }
    }
    if !known {
        (bounds.min, bounds.max) = (None, None);
    }
    bounds
}

fn lower(known: Option<Bound>, other: Bound) -> Option<Bound> {
    Some(match known {
        Some(known) if known.value < other.value || (known.value == other.value && known.exact) => known,
        _ => other,
    })
}

fn upper(known: Option<Bound>, other: Bound) -> Option<Bound> {
    Some(match known {
        Some(known) if known.value > other.value || (known.value == other.value && known.exact) => known,
        _ => other,
    })
}

fn extremes(statistics: &Statistics) -> Option<(Bound, Bound)> {
    let int = |value: i64| Bound { value: Value::Int(value), exact: true };
    match statistics {
        Statistics::Int64(values) => Some((int(*values.min_opt()?), int(*values.max_opt()?))),
        Statistics::Int32(values) => Some((int((*values.min_opt()?).into()), int((*values.max_opt()?).into()))),
        Statistics::ByteArray(values) => {
            let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(|text| Value::Text(text.to_owned()));
            let min = Bound { value: text(values.min_opt()?.as_bytes())?, exact: values.min_is_exact() };
            let max = Bound { value: text(values.max_opt()?.as_bytes())?, exact: values.max_is_exact() };
            Some((min, max))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_keeps_the_bound_that_is_a_value() {
        let bound = |exact| Bound { value: Value::Text("ab".into()), exact };
        assert_eq!(lower(Some(bound(false)), bound(true)), Some(bound(true)));
        assert_eq!(lower(Some(bound(true)), bound(false)), Some(bound(true)));
        assert_eq!(upper(Some(bound(true)), bound(false)), Some(bound(true)));
    }
}
