//! Keeps DataFusion 55.2 from dropping a step of a computation.
//!
//! Its rule `optimize_projections` takes two neighbouring projections with equal expressions for one, so that
//! `SELECT x + 1 AS x FROM (SELECT x + 1 AS x FROM …)` adds once: a wrong number. Upstream removed that short cut
//! (apache/datafusion pull request 24686); until a release with it is in use, the rule here runs before each run of
//! theirs and gives the columns of a lower projection names of their own wherever the short cut could take hold.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan, Projection};
use datafusion::optimizer::{ApplyOrder, Optimizer, OptimizerConfig, OptimizerRule};

/// The engine's logical rules, with [`DistinctSteps`] before each one that merges projections.
pub(super) fn optimizer_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> = Vec::new();
    for rule in Optimizer::new().rules {
        if rule.name() == MERGES_PROJECTIONS {
            rules.push(Arc::new(DistinctSteps));
        }
        rules.push(rule);
    }
    rules
}

const MERGES_PROJECTIONS: &str = "optimize_projections";

/// Renames what a projection gives to the one above it, where a projection further up gives the same names.
#[derive(Debug)]
struct DistinctSteps;

impl OptimizerRule for DistinctSteps {
    fn name(&self) -> &'static str {
        "distinct_steps"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        match plan {
            LogicalPlan::Projection(top) => {
                let schema = Arc::clone(&top.schema);
                Ok(rename_below(top, &schema, config)?.update_data(LogicalPlan::Projection))
            }
            other => Ok(Transformed::no(other)),
        }
    }
}

/// Walks down the chain of projections and renames each one that gives the names in `taken`.
fn rename_below(upper: Projection, taken: &DFSchema, config: &dyn OptimizerConfig) -> Result<Transformed<Projection>> {
    let LogicalPlan::Projection(lower) = upper.input.as_ref() else {
        return Ok(Transformed::no(upper));
    };
    let lower = rename_below(lower.clone(), taken, config)?;
    if !same_names(&lower.data.schema, taken) || !computes(&lower.data) {
        if !lower.transformed {
            return Ok(Transformed::no(upper));
        }
        let input = Arc::new(LogicalPlan::Projection(lower.data));
        return Ok(Transformed::yes(Projection::try_new_with_schema(upper.expr, input, upper.schema)?));
    }
    let lower = lower.data;
    let mut renamed = HashMap::new();
    let mut exprs = Vec::with_capacity(lower.expr.len());
    for (expr, (relation, field)) in lower.expr.into_iter().zip(lower.schema.iter()) {
        let name = config.alias_generator().next("step");
        renamed.insert(Column::new(relation.cloned(), field.name()), Column::new_unqualified(&name));
        exprs.push(expr.unalias().alias(name));
    }
    let lower = Projection::try_new(exprs, lower.input)?;
    let names = NamePreserver::new_for_projection();
    let exprs = upper.expr.into_iter().map(|expr| {
        let name = names.save(&expr);
        Ok(name.restore(read_renamed(expr, &renamed)?))
    });
    let exprs = exprs.collect::<Result<Vec<_>>>()?;
    let input = Arc::new(LogicalPlan::Projection(lower));
    Ok(Transformed::yes(Projection::try_new_with_schema(exprs, input, upper.schema)?))
}

fn same_names(one: &DFSchema, other: &DFSchema) -> bool {
    one.fields().len() == other.fields().len()
        && one.iter().zip(other.iter()).all(|((r1, f1), (r2, f2))| r1 == r2 && f1.name() == f2.name())
}

/// A projection of plain columns gives what it gets: the short cut is right there.
fn computes(projection: &Projection) -> bool {
    projection.expr.iter().any(|expr| !matches!(expr, Expr::Column(_)))
}

fn read_renamed(expr: Expr, renamed: &HashMap<Column, Column>) -> Result<Expr> {
    let read = expr.transform(|part| {
        Ok(match part {
            Expr::Column(column) => match renamed.get(&column) {
                Some(own) => Transformed::yes(Expr::Column(own.clone())),
                None => Transformed::no(Expr::Column(column)),
            },
            other => Transformed::no(other),
        })
    })?;
    Ok(read.data)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Memory, Row, show};

    #[test]
    fn every_step_of_a_computation_counts() {
        let engine = Memory::of(vec![Row::reached("11", 5, 2)]).engine();
        let steps = |steps: &[&str], start: &str| {
            let inner = format!("(SELECT {start} FROM rtb_daily)");
            steps.iter().fold(inner, |inner, step| format!("(SELECT {step} FROM {inner})"))
        };
        for (sql, expected) in [
            (steps(&["x + 1 AS x"; 6], "1 AS x"), "7"),
            (steps(&["x + 1 AS x"; 6], "reached_queries AS x"), "11"),
            (steps(&["x + x AS x"; 4], "reached_queries AS x"), "80"),
            (steps(&["x || x AS x"; 3], "creative_id AS x"), "c1c1c1c1c1c1c1c1"),
            // The two upper steps together look like the lowest.
            (steps(&["x * 2 + 1 AS x", "x * 2 AS x", "x + 1 AS x"], "reached_queries AS x"), "23"),
            (steps(&["x - y AS x, x AS y"; 3], "reached_queries AS x, impressions AS y"), "-5"),
            (steps(&["y AS x, x AS y"; 2], "reached_queries AS x, impressions AS y"), "5"),
        ] {
            let shown = show(&engine, &format!("SELECT x AS answer FROM {sql}")).unwrap();
            let answer = shown.lines().nth(3).unwrap().trim_matches(['|', ' ']).to_owned();
            assert_eq!(answer, expected, "{sql}");
        }
    }
}
