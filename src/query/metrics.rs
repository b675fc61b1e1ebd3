//! The metrics as functions of SQL: `sql/metrics.toml` defines each formula once, and views, named questions and people
//! call it by its name. A metric is its entry there; adding one touches no Rust.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::physical_expr::PhysicalExpr;
use serde::{Deserialize, Serialize};

/// One metric.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name, and that of its function.
    pub name: String,
    /// What it is computed of, in this order: sums of these columns.
    pub arguments: Vec<String>,
    /// The formula in SQL, over the arguments.
    pub formula: String,
    /// percent, currency, ratio or per second.
    pub unit: String,
    /// In words.
    pub comment: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    metric: Vec<Metric>,
}

static METRICS: LazyLock<Vec<Metric>> = LazyLock::new(|| {
    let list: List = toml::from_str(include_str!("../../sql/metrics.toml"))
        .expect("sql/metrics.toml is part of the program and read by a unit test");
    list.metric
});

/// All metrics, in the order of the funnel.
pub fn metrics() -> &'static [Metric] {
    &METRICS
}

/// Their functions.
pub(super) fn functions() -> Result<Vec<Arc<ScalarUDF>>> {
    metrics().iter().map(|metric| Ok(Arc::new(ScalarUDF::new_from_impl(Formula::of(metric)?)))).collect()
}

/// A metric that can be computed.
#[derive(Debug)]
struct Formula {
    name: &'static str,
    signature: Signature,
    arguments: SchemaRef,
    computed: Arc<dyn PhysicalExpr>,
}

impl Formula {
    fn of(metric: &'static Metric) -> Result<Self> {
        let number = |name: &String| Field::new(name, DataType::Float64, true);
        let arguments = Arc::new(Schema::new(metric.arguments.iter().map(number).collect::<Vec<_>>()));
        let schema = DFSchema::try_from(Arc::clone(&arguments))?;
        let state = SessionStateBuilder::new_with_default_features().build();
        let formula = state.create_logical_expr(&metric.formula, &schema)?;
        let computed = state.create_physical_expr(formula, &schema)?;
        let signature = Signature::exact(vec![DataType::Float64; metric.arguments.len()], Volatility::Immutable)
            .with_parameter_names(metric.arguments.clone())?;
        Ok(Self { name: &metric.name, signature, arguments, computed })
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Formula {}

impl Hash for Formula {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Formula {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if is_constant { 1 } else { args.number_rows };
        let columns = args.args.into_iter().map(|value| value.into_array(rows)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.arguments), columns, &options)?;
        match self.computed.evaluate(&batch)? {
            ColumnarValue::Array(values) if is_constant => {
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&values, 0)?))
            }
            computed => Ok(computed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::fixture;

    #[test]
    fn every_metric_computes_of_its_arguments_and_none_of_them_twice() {
        let mut names: Vec<&str> = metrics().iter().map(|metric| metric.name.as_str()).collect();
        assert_eq!(functions().unwrap().len(), names.len());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), metrics().len());
        for metric in metrics() {
            for argument in &metric.arguments {
                assert!(metric.formula.contains(argument.as_str()), "{} does not use {argument}", metric.name);
            }
        }
    }

    #[test]
    fn a_rate_of_nothing_and_of_what_is_not_said_is_null() {
        let one = |sql: &str| fixture::one_number(sql);
        assert_eq!(one("SELECT waste_rate_pct(1000, 250)"), Some(75.0));
        assert_eq!(one("SELECT waste_rate_pct(0, 0)"), None);
        assert_eq!(one("SELECT win_rate_pct(NULL, 5)"), None);
        assert_eq!(one("SELECT bid_rate_pct(10, 12)"), Some(120.0));
        assert_eq!(one("SELECT cpm(5000000, 2000)"), Some(2.5));
        assert_eq!(one("SELECT roas(2000000, 5000000)"), Some(2.5));
        assert_eq!(one("SELECT qps(172800, 2)"), Some(1.0));
        assert_eq!(one("SELECT sum(win_rate_pct(x, 1)) FROM (VALUES (1), (2)) AS t (x)"), Some(150.0));
    }
}
