//! The two column orders of a scan: the table's, which people see, and DataFusion's (stored, then partition columns).

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::expressions::Column as ColumnExpr;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::scalar::ScalarValue;

use super::super::scope::PARTITION_COLUMNS;
use super::super::{LiveFile, write};
use crate::model::facts::{Column, FactTable, ValueType};

/// The schemas of a fact table's scan.
#[derive(Debug)]
pub(super) struct ScanSchema {
    /// Columns as the table lists them.
    pub(super) table: SchemaRef,
    /// Stored columns, then partition columns.
    pub(super) scan: TableSchema,
    /// Partition columns only, in the order of a scope's values.
    pub(super) partition: SchemaRef,
    /// For each column of `table`, its position in `scan`.
    positions: Vec<usize>,
}

impl ScanSchema {
    pub(super) fn of(table: &FactTable) -> Self {
        let stored = Arc::new(Schema::new(table.stored_columns().map(field).collect::<Vec<_>>()));
        let partition: Vec<FieldRef> =
            PARTITION_COLUMNS.iter().filter_map(|name| table.column(name)).map(|c| Arc::new(field(c))).collect();
        let scan = TableSchema::builder(stored).with_table_partition_cols(partition.clone()).build();
        let full = scan.table_schema();
        // Every column is either stored or a partition column, so each is found.
        let positions = table.columns.iter().filter_map(|column| full.index_of(&column.name).ok()).collect();
        Self {
            table: Arc::new(Schema::new(table.columns.iter().map(field).collect::<Vec<_>>())),
            partition: Arc::new(Schema::new(partition)),
            scan,
            positions,
        }
    }

    /// A projection of the table as one of the scan.
    pub(super) fn projection(&self, projection: Option<&Vec<usize>>) -> Vec<usize> {
        match projection {
            None => self.positions.clone(),
            Some(chosen) => chosen.iter().filter_map(|&index| self.positions.get(index).copied()).collect(),
        }
    }

    /// Which columns of the scan need statistics: those shown and those filtered on.
    pub(super) fn needed(&self, projected: &[usize], filters: &[Expr]) -> Vec<bool> {
        let filtered: HashSet<&str> =
            filters.iter().flat_map(Expr::column_refs).map(|column| column.name.as_str()).collect();
        let fields = self.scan.table_schema().fields().iter().enumerate();
        fields.map(|(index, field)| projected.contains(&index) || filtered.contains(field.name().as_str())).collect()
    }

    /// The order of the rows of each file, which may be declared only where a file is a group of its own.
    pub(super) fn ordering(&self, table: &FactTable) -> Result<Vec<LexOrdering>> {
        let full = self.scan.table_schema();
        let keys = table.sort.iter().map(|name| {
            let column = ColumnExpr::new_with_schema(name, full)?;
            Ok(PhysicalSortExpr::new(Arc::new(column), write::SORT))
        });
        Ok(LexOrdering::new(keys.collect::<Result<Vec<_>>>()?).into_iter().collect())
    }
}

/// Text is read as views: grouping by Arrow dictionaries is a third slower in DataFusion 55.
fn field(column: &Column) -> Field {
    let data_type = match column.value_type {
        ValueType::Text => DataType::Utf8View,
        ValueType::Int64 => DataType::Int64,
        ValueType::Int32 => DataType::Int32,
        ValueType::Date => DataType::Date32,
    };
    Field::new(&column.name, data_type, column.nullable)
}

/// The partition values of a file, in the order of [`PARTITION_COLUMNS`].
pub(super) fn partition_values(file: &LiveFile) -> Vec<ScalarValue> {
    vec![
        ScalarValue::Int64(Some(file.scope.account.0)),
        ScalarValue::Utf8View(Some(file.scope.report.clone())),
        ScalarValue::Date32(Some(file.scope.day.epoch_days())),
    ]
}
