//! A fact table as Delta describes tables.

use serde_json::json;

use crate::lake::scope::PARTITION_COLUMNS;
use crate::model::facts::{FactTable, ValueType};

/// The schema in Delta's JSON.
pub(super) fn schema_string(table: &FactTable) -> String {
    let fields: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let kind = match column.value_type {
                ValueType::Text => "string",
                ValueType::Int64 => "long",
                ValueType::Int32 => "integer",
                ValueType::Date => "date",
            };
            let comment = if column.comment.is_empty() { json!({}) } else { json!({ "comment": column.comment }) };
            json!({ "name": column.name, "type": kind, "nullable": column.nullable, "metadata": comment })
        })
        .collect();
    json!({ "type": "struct", "fields": fields }).to_string()
}

/// The columns whose values stand in the paths of files.
pub(super) fn partition_columns() -> Vec<String> {
    PARTITION_COLUMNS.iter().map(|name| (*name).to_owned()).collect()
}
