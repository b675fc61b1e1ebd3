//! Lets joins yield, and lets those that do not be stopped.
//!
//! DataFusion's own rule makes leaves and exchanges cooperative; a join that makes many rows of few can stay inside
//! one poll for minutes, so that neither a deadline nor a cancel reaches it (apache/datafusion issue 19358). Every
//! join gets a [`CooperativeExec`] above it, which gives control back as its batches pass. A join whose condition
//! rejects all pairs has no batch to pass: its condition is laid into [`Stoppable`], which fails once the question is
//! stopped.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, FieldRef, Schema};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::config::ConfigOptions;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec, NestedLoopJoinExecBuilder};

use super::error::QueryError;

/// The operators that make more rows than they read, by the engine's names.
const MULTIPLYING: &[&str] = &[
    "CrossJoinExec",
    "HashJoinExec",
    "NestedLoopJoinExec",
    "PiecewiseMergeJoinExec",
    "SortMergeJoinExec",
    "SymmetricHashJoinExec",
    "UnnestExec",
];

/// Raised once, when a question is to end.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(super) fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(DataFusionError::External(Box::new(QueryError::Cancelled)));
        }
        Ok(())
    }
}

/// The rule; it runs after the engine's own.
#[derive(Debug)]
pub(super) struct CooperativeJoins(pub(super) Stop);

impl PhysicalOptimizerRule for CooperativeJoins {
    fn name(&self) -> &'static str {
        "cooperative_joins"
    }

    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let wrapped = plan.transform_up(|node| {
            if !MULTIPLYING.contains(&node.name()) {
                return Ok(Transformed::no(node));
            }
            let node = self.stoppable(node)?;
            Ok(Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>))
        })?;
        Ok(wrapped.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

impl CooperativeJoins {
    /// The join with its condition laid into [`Stoppable`], where it has one beside equal keys.
    fn stoppable(&self, join: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
        if let Some(hash) = join.downcast_ref::<HashJoinExec>() {
            if let Some(filter) = hash.filter() {
                return hash.builder().with_filter(Some(self.guard(filter))).build_exec();
            }
        } else if let Some(nested) = join.downcast_ref::<NestedLoopJoinExec>()
            && let Some(filter) = nested.filter()
        {
            let (left, right) = (Arc::clone(nested.left()), Arc::clone(nested.right()));
            let rebuilt = NestedLoopJoinExecBuilder::new(left, right, *nested.join_type())
                .with_filter(Some(self.guard(filter)))
                .with_projection_ref(nested.projection().clone())
                .build()?;
            return Ok(Arc::new(rebuilt));
        }
        Ok(join)
    }

    fn guard(&self, filter: &JoinFilter) -> JoinFilter {
        let condition = Stoppable { condition: Arc::clone(filter.expression()), stop: self.0.clone() };
        JoinFilter::new(Arc::new(condition), filter.column_indices().to_vec(), Arc::clone(filter.schema()))
    }
}

/// A condition that fails once its question is stopped.
#[derive(Debug, Clone)]
struct Stoppable {
    condition: Arc<dyn PhysicalExpr>,
    stop: Stop,
}

impl PartialEq for Stoppable {
    fn eq(&self, other: &Self) -> bool {
        self.condition.eq(&other.condition)
    }
}

impl Eq for Stoppable {}

impl Hash for Stoppable {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.condition.hash(state);
    }
}

impl fmt::Display for Stoppable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt(f)
    }
}

impl PhysicalExpr for Stoppable {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.condition.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.condition.nullable(schema)
    }

    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        self.condition.return_field(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        self.stop.check()?;
        self.condition.evaluate(batch)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.condition]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        let condition = children.pop().unwrap_or_else(|| Arc::clone(&self.condition));
        Ok(Arc::new(Self { condition, stop: self.stop.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt_sql(f)
    }
}
