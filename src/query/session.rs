//! A DataFusion session for one question: the caller's tables, the views, the allowed functions, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, SchemaProvider,
    TableProvider,
};
use datafusion::common::ScalarValue;
use datafusion::common::config::SpillCompression;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::error::Result;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::cache::cache_manager::CacheManagerConfig;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{LogicalPlanBuilder, col, lit};
use datafusion::prelude::SessionConfig;

use super::bounded::CheckedConcat;
use super::catalog::{Days, Opened, Tables};
use super::functions::Functions;
use super::joins::{CooperativeJoins, Stop};
use super::limits::{Capacity, Limits};
use super::memory::QuestionPool;
use super::projections::optimizer_rules;
use super::schema::SessionTables;
use super::spill::Spill;
use super::windows::MeteredWindows;
use super::{readable, views};

/// The names under which a session's tables stand.
pub(super) const CATALOG: &str = "catscan";
/// The schema of all tables and views.
pub(super) const SCHEMA: &str = "public";
/// Engine settings are no question; they would show the directory for spill files.
pub(super) const HIDDEN_SETTINGS: &str = "df_settings";

/// The part of a session that all questions share.
pub(super) struct Sessions {
    template: SessionState,
    runtime: Arc<RuntimeEnv>,
}

impl Sessions {
    pub(super) fn new(capacity: &Capacity, tables: &dyn Tables) -> Result<Self> {
        let (url, store) = tables.store();
        let cache = CacheManagerConfig::default().with_metadata_cache_limit(capacity.metadata_cache_bytes);
        let runtime = RuntimeEnvBuilder::new()
            .with_object_store_registry(readable::only(&url, store))
            .with_memory_pool(Arc::new(FairSpillPool::new(capacity.memory_bytes)))
            .with_disk_manager_builder(Spill::disk_manager(&capacity.spill_dir, capacity.spill_bytes))
            .with_cache_manager(cache)
            .build_arc()?;
        let functions = Functions::allowed()?;
        let mut planners = SessionStateDefaults::default_expr_planners();
        planners.insert(0, Arc::new(CheckedConcat::new()));
        let template = SessionStateBuilder::new()
            .with_config(config(capacity))
            .with_runtime_env(Arc::clone(&runtime))
            .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
            .with_expr_planners(planners)
            .with_scalar_functions(functions.scalar)
            .with_aggregate_functions(functions.aggregate)
            .with_window_functions(functions.window)
            .with_optimizer_rules(optimizer_rules())
            .with_physical_optimizer_rule(Arc::new(MeteredWindows))
            .build();
        Ok(Self { template, runtime })
    }

    /// Memory that running questions hold.
    pub(super) fn memory_used(&self) -> usize {
        self.runtime.memory_pool.reserved()
    }

    /// A session that holds the opened tables within the window, and those views that `wanted` names (or all).
    pub(super) async fn build(&self, opened: &Opened, question: &Wanted<'_>) -> Result<SessionState> {
        let schema = Arc::new(SessionTables::default());
        for (name, provider) in &opened.facts {
            let provider = match question.days {
                Some(days) => within(name, provider, days)?,
                None => Arc::clone(provider),
            };
            schema.register_table(name.clone(), provider)?;
        }
        for (name, provider) in &opened.entities {
            schema.register_table(name.clone(), Arc::clone(provider))?;
        }
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema(SCHEMA, Arc::clone(&schema) as Arc<dyn SchemaProvider>)?;
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
        let pool: Arc<dyn MemoryPool> =
            Arc::new(QuestionPool::new(Arc::clone(&self.runtime.memory_pool), question.limits.memory_bytes));
        let runtime = RuntimeEnv { memory_pool: pool, ..RuntimeEnv::clone(&self.runtime) };
        let mut state = SessionStateBuilder::new_from_existing(self.template.clone())
            .with_catalog_list(Arc::new(catalogs))
            .with_runtime_env(Arc::new(runtime))
            .with_physical_optimizer_rule(Arc::new(CooperativeJoins(question.stop.clone())))
            .build();
        // now() and current_date() mean this moment in every part of the question.
        state.mark_start_execution();
        for view in views::all() {
            if question.tables.is_none_or(|tables| tables.contains(view.name)) {
                let plan = state.statement_to_plan(view.statement.clone()).await?;
                let table = ViewTable::new(plan, Some(view.sql.to_owned()));
                schema.register_table(view.name.to_owned(), Arc::new(table))?;
            }
        }
        Ok(state)
    }
}

/// What one question needs of its session.
pub(super) struct Wanted<'a> {
    /// Tables and views it reads; none stands for all, where it asks about the tables themselves.
    pub(super) tables: Option<&'a BTreeSet<String>>,
    pub(super) days: Option<Days>,
    pub(super) limits: &'a Limits,
    /// Ends joins that do not yield.
    pub(super) stop: &'a Stop,
}

/// Every table and view by name, for messages.
pub(super) fn names(opened: &Opened) -> BTreeSet<String> {
    let tables: &[&BTreeMap<String, Arc<dyn TableProvider>>] = &[&opened.facts, &opened.entities];
    let tables = tables.iter().flat_map(|tables| tables.keys().cloned());
    tables.chain(views::all().iter().map(|view| view.name.to_owned())).collect()
}

/// The fact table with no other days. The filter is on the partition, so files of other days are never opened.
fn within(name: &str, provider: &Arc<dyn TableProvider>, days: Days) -> Result<Arc<dyn TableProvider>> {
    let day = |day: crate::model::Day| lit(ScalarValue::Date32(Some(day.epoch_days())));
    let plan = LogicalPlanBuilder::scan(name, provider_as_source(Arc::clone(provider)), None)?
        .filter(col("metric_date").between(day(days.first), day(days.last)))?
        .build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

fn config(capacity: &Capacity) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true)
        .with_target_partitions(capacity.threads);
    let options = config.options_mut();
    options.execution.time_zone = Some("UTC".to_owned());
    options.execution.enable_recursive_ctes = false;
    options.execution.spill_compression = SpillCompression::Lz4Frame;
    options.execution.parquet.pushdown_filters = false;
    // Measured: the defaults give up pruning and single-partition joins too early for entity
    // tables of a few thousand rows.
    options.execution.parquet.max_in_list_size = 500;
    options.optimizer.hash_join_inlist_pushdown_max_distinct_values = 5_000;
    options.optimizer.hash_join_single_partition_threshold = 32 << 20;
    options.optimizer.hash_join_single_partition_threshold_rows = 1 << 20;
    config
}
