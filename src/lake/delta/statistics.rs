//! What a file's bounds say, as Delta's statistics.
//!
//! Bounds of long texts are shortened, and still bounds, which is all that Delta asks of them. A column that the file does
//! not store is null in all rows. What is not known is left out: a reader may take nothing from that.

use serde_json::{Map, Value as Json, json};

use crate::lake::{LiveFile, Value};
use crate::model::facts::ValueType;

/// Statistics of a file, as the JSON text of an add.
pub(super) fn of_file(file: &LiveFile) -> String {
    let (mut min, mut max, mut nulls) = (Map::new(), Map::new(), Map::new());
    for column in file.scope.table.stored_columns() {
        let Some(bounds) = file.bounds_of(&column.name) else {
            nulls.insert(column.name.clone(), json!(file.rows));
            continue;
        };
        nulls.insert(column.name.clone(), json!(bounds.nulls));
        if let (Some(low), Some(high)) = (&bounds.min, &bounds.max)
            && let (Some(low), Some(high)) =
                (value(&low.value, column.value_type), value(&high.value, column.value_type))
        {
            min.insert(column.name.clone(), low);
            max.insert(column.name.clone(), high);
        }
    }
    json!({ "numRecords": file.rows, "minValues": min, "maxValues": max, "nullCount": nulls }).to_string()
}

fn value(value: &Value, kind: ValueType) -> Option<Json> {
    match (value, kind) {
        (Value::Int(number), ValueType::Int64 | ValueType::Int32) => Some(json!(number)),
        (Value::Text(text), ValueType::Text) => Some(json!(text)),
        // Not among the stored columns, and not to be guessed.
        _ => None,
    }
}
