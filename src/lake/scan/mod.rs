//! A fact table as DataFusion sees it: the live files of one snapshot, pruned before any I/O.
//!
//! The physical node is DataFusion's own `DataSourceExec` over `ParquetSource`, with explicit files, partition values
//! and statistics, so that plans travel to other machines without a codec of ours. Partition columns come from the
//! catalog; a stored column that a file lacks is null in its rows.

mod groups;
mod pruning;
mod schema;
mod statistics;

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Statistics;
use datafusion::common::config::TableParquetOptions;
use datafusion::common::stats::Precision;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use self::schema::ScanSchema;
use super::LiveFile;
use crate::model::facts::FactTable;

/// The address under which the lake's object store is registered; it stands for no place on any machine.
pub(super) const STORE_URL: &str = "lake://facts/";

/// One fact table of one snapshot, for some accounts.
#[derive(Debug)]
pub(super) struct FactScan {
    table: &'static FactTable,
    schema: ScanSchema,
    /// Newest day first.
    files: Vec<Arc<LiveFile>>,
}

impl FactScan {
    pub(super) fn new(table: &'static FactTable, files: Vec<Arc<LiveFile>>) -> Self {
        Self { table, schema: ScanSchema::of(table), files }
    }

    fn rows(&self) -> usize {
        statistics::rows(&self.files)
    }
}

#[async_trait]
impl TableProvider for FactScan {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema.table)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// A filter on partition columns alone is decided per file, so nothing of it is left for the rows.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| {
            if pruning::is_on_partitions(filter) {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Inexact
            }
        };
        Ok(filters.iter().map(support).collect())
    }

    fn statistics(&self) -> Option<Statistics> {
        let unknown = Statistics::new_unknown(&self.schema.table);
        Some(Statistics { num_rows: Precision::Exact(self.rows()), ..unknown })
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (on_partitions, on_rows): (Vec<&Expr>, Vec<&Expr>) =
            filters.iter().partition(|filter| pruning::is_on_partitions(filter));
        let mut files = pruning::by_partition(state, &self.schema, &on_partitions, self.files.clone())?;
        files = pruning::by_bounds(state, &self.schema, &on_rows, files);
        // Rows that a filter drops later do not count towards the limit.
        if let Some(limit) = limit.filter(|_| on_rows.is_empty()) {
            statistics::keep_first_rows(&mut files, limit);
        }
        let projected = self.schema.projection(projection);
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(Arc::new(self.schema.scan.table_schema().project(&projected)?))));
        }
        let needed = self.schema.needed(&projected, filters);
        let store_url = ObjectStoreUrl::parse(STORE_URL)?;
        let runtime = state.runtime_env();
        let reader = CachedParquetFileReaderFactory::new(
            runtime.object_store(&store_url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        let options = TableParquetOptions {
            global: state.config_options().execution.parquet.clone(),
            ..TableParquetOptions::default()
        };
        // The predicate is left to the optimizer's filter push-down: set here, it would be there twice.
        let source = ParquetSource::new(self.schema.scan.clone())
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::new(reader));
        let target = state.config().target_partitions();
        let statistics = statistics::of_all(&self.schema, &files, &needed);
        let ordering = if files.len() <= target { self.schema.ordering(self.table)? } else { Vec::new() };
        let config = FileScanConfigBuilder::new(store_url, Arc::new(source))
            .with_file_groups(groups::balanced(&self.schema, &files, &needed, target))
            .with_statistics(statistics)
            .with_output_ordering(ordering)
            .with_limit(limit)
            .with_projection_indices(Some(projected))?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
