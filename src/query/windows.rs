//! Meters what window functions hold back.
//!
//! The engine's window operators keep rows until their frame is complete, and keep them outside the memory pool:
//! `sum(x) OVER ()` over a large join would end the process. A [`Gauge`] laid around each of them counts what went in
//! and what came out, and reserves the difference.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::RecordBatch;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::config::ConfigOptions;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
};
use futures::StreamExt;

use super::answer::content_bytes;

/// The operators that hold rows back, by the engine's names.
const WINDOWS: &[&str] = &["BoundedWindowAggExec", "WindowAggExec"];

/// The rule; it runs after the engine's own.
#[derive(Debug)]
pub(super) struct MeteredWindows;

impl PhysicalOptimizerRule for MeteredWindows {
    fn name(&self) -> &'static str {
        "metered_windows"
    }

    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let metered = plan.transform_up(|node| {
            let input = node.children().first().map(|input| Arc::clone(input));
            match input.filter(|_| WINDOWS.contains(&node.name())) {
                None => Ok(Transformed::no(node)),
                Some(input) => {
                    let gauge = Arc::new(Gauge::new(input.properties().partitioning.partition_count()));
                    let below = Arc::new(Metered { input, gauge: Arc::clone(&gauge), side: Side::Below });
                    let recompute = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
                    let window = node.replace_children(vec![below], recompute)?;
                    let above = Metered { input: window, gauge, side: Side::Above };
                    Ok(Transformed::yes(Arc::new(above) as Arc<dyn ExecutionPlan>))
                }
            }
        })?;
        Ok(metered.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What one window operator holds, by partition.
#[derive(Debug)]
struct Gauge {
    partitions: Vec<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    rows_in: u64,
    bytes_in: u64,
    rows_out: u64,
    reservation: Option<MemoryReservation>,
}

impl Gauge {
    fn new(partitions: usize) -> Self {
        Self { partitions: (0..partitions).map(|_| Mutex::default()).collect() }
    }

    fn held(&self, partition: usize) -> Option<MutexGuard<'_, Held>> {
        Some(self.partitions.get(partition)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    fn enter(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows_in += batch.num_rows() as u64;
        self.bytes_in += content_bytes(batch);
        self.reserve()
    }

    fn leave(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows_out += batch.num_rows() as u64;
        self.reserve()
    }

    /// Rows in and out are the same rows, so the mean size tells what is left.
    fn reserve(&self) -> Result<()> {
        let rows = self.rows_in.saturating_sub(self.rows_out);
        let bytes = u128::from(self.bytes_in) * u128::from(rows) / u128::from(self.rows_in.max(1));
        match &self.reservation {
            Some(reservation) => reservation.try_resize(usize::try_from(bytes).unwrap_or(usize::MAX)),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Below,
    Above,
}

/// Passes batches on and tells the gauge.
#[derive(Debug)]
struct Metered {
    input: Arc<dyn ExecutionPlan>,
    gauge: Arc<Gauge>,
    side: Side,
}

/// Gives the reservation back when the window lets go of its input.
struct Release(Arc<Gauge>, usize);

impl Drop for Release {
    fn drop(&mut self) {
        if let Some(mut held) = self.0.held(self.1) {
            held.reservation = None;
        }
    }
}

impl DisplayAs for Metered {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MeteredExec")
    }
}

impl ExecutionPlan for Metered {
    fn name(&self) -> &'static str {
        "MeteredExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let (Some(input), true) = (children.pop(), children.is_empty()) else {
            return internal_err!("a meter has one input");
        };
        Ok(Arc::new(Self { input, gauge: Arc::clone(&self.gauge), side: self.side }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let side = self.side;
        let gauge = Arc::clone(&self.gauge);
        let release = match side {
            Side::Below => {
                if let Some(mut held) = gauge.held(partition) {
                    held.reservation = Some(MemoryConsumer::new("window").register(context.memory_pool()));
                }
                Some(Release(Arc::clone(&gauge), partition))
            }
            Side::Above => None,
        };
        let stream = self.input.execute(partition, context)?;
        let schema = stream.schema();
        let metered = stream.map(move |batch| {
            // Kept by the stream, so that it goes with it.
            let _ = &release;
            let batch = batch?;
            if let Some(mut held) = gauge.held(partition) {
                match side {
                    Side::Below => held.enter(&batch)?,
                    Side::Above => held.leave(&batch)?,
                }
            }
            Ok(batch)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, metered)))
    }
}
