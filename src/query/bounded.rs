//! Functions that build text longer than their input, within caps.
//!
//! The memory pool does not see what a scalar function allocates, so `repeat('x', 2e9)`, or forty steps of
//! `concat(s, s)`, would end the process. Each such function first states how much it would build at most
//! ([`estimate`]); over the caps it fails before it allocates. `||` is checked by a function laid around it: it can
//! only double its capped inputs.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::{DFSchema, Result, ScalarValue, exec_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Documentation, Expr, ExprSchemable, Operator, ReturnFieldArgs, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// The longest text a function may build.
const VALUE_BYTES: u64 = 64 << 10;
/// The most that a function may build for the rows of one batch.
const BATCH_BYTES: u64 = 64 << 20;

/// The same function, refusing to build more than the caps.
pub(super) fn capped(inner: Arc<ScalarUDF>) -> ScalarUDF {
    ScalarUDF::new_from_impl(Capped { inner })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Capped {
    inner: Arc<ScalarUDF>,
}

impl ScalarUDFImpl for Capped {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    // `simplify` is left out with intent: it would put the inner function back.

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let widths = args.args.iter().map(Width::of).collect::<Result<Vec<_>>>()?;
        let rows = widths.iter().map(|width| width.lengths.len()).max().unwrap_or(1);
        let mut batch = 0_u64;
        for row in 0..rows {
            let value = estimate(self.name(), &widths, row);
            batch = batch.saturating_add(value);
            if value > VALUE_BYTES || batch > BATCH_BYTES {
                return too_long(self.name());
            }
        }
        self.inner.invoke_with_args(args)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }
}

fn too_long<T>(name: &str) -> Result<T> {
    exec_err!(
        "{name} would build a text over {} KiB, or over {} MiB for one batch of rows",
        VALUE_BYTES >> 10,
        BATCH_BYTES >> 20
    )
}

/// What a function reads of an argument: its length in bytes, and its number where it is one.
struct Width {
    lengths: Vec<u64>,
    numbers: Option<Vec<u64>>,
    references: Vec<u64>,
}

impl Width {
    fn of(value: &ColumnarValue) -> Result<Self> {
        let array = match value {
            ColumnarValue::Array(array) => Arc::clone(array),
            ColumnarValue::Scalar(scalar) => scalar.to_array()?,
        };
        Ok(match array.data_type() {
            DataType::Utf8 => Self::text(array.as_string::<i32>().iter()),
            DataType::LargeUtf8 => Self::text(array.as_string::<i64>().iter()),
            DataType::Utf8View => Self::text(array.as_string_view().iter()),
            kind if kind.is_integer() => {
                let numbers = cast(&array, &DataType::Int64)?;
                let numbers = numbers.as_primitive::<Int64Type>();
                let numbers = (0..numbers.len()).map(|row| u64::try_from(numbers.value(row)).unwrap_or(0)).collect();
                Self { lengths: vec![20; array.len()], numbers: Some(numbers), references: Vec::new() }
            }
            _ => Self::other(&array),
        })
    }

    fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Self {
        let (mut lengths, mut references) = (Vec::new(), Vec::new());
        for value in values.map(Option::unwrap_or_default) {
            lengths.push(value.len() as u64);
            references.push(value.bytes().filter(|byte| matches!(byte, b'\\' | b'$')).count() as u64);
        }
        Self { lengths, numbers: None, references }
    }

    /// Binary and lists: no row is larger than its array, which the caps keep small.
    fn other(array: &ArrayRef) -> Self {
        let rows = array.len().max(1);
        let each = (array.get_array_memory_size() / rows) as u64;
        Self { lengths: vec![each; array.len()], numbers: None, references: Vec::new() }
    }

    fn length(&self, row: usize) -> u64 {
        at(&self.lengths, row)
    }

    fn number(&self, row: usize) -> u64 {
        self.numbers.as_ref().map_or(0, |numbers| at(numbers, row))
    }
}

/// The value of the row, or the only value of a constant.
fn at(values: &[u64], row: usize) -> u64 {
    if values.len() == 1 { values[0] } else { values.get(row).copied().unwrap_or(0) }
}

/// An upper bound, in bytes, of what the function builds for that row.
fn estimate(name: &str, args: &[Width], row: usize) -> u64 {
    let length = |i: usize| args.get(i).map_or(0, |arg| arg.length(row));
    let all = || args.iter().map(|arg| arg.length(row)).fold(0, u64::saturating_add);
    match name {
        "repeat" => length(0).saturating_mul(args.get(1).map_or(0, |arg| arg.number(row))),
        // The fill may be of letters of up to four bytes.
        "lpad" | "rpad" => args.get(1).map_or(0, |arg| arg.number(row)).saturating_mul(4),
        "replace" => {
            let places = length(0) / length(1).max(1) + 1;
            length(0).saturating_add(places.saturating_mul(length(2)))
        }
        "regexp_replace" => {
            let references = args.get(2).map_or(0, |arg| at(&arg.references, row));
            let text = length(0).saturating_mul(references + 1);
            text.saturating_add((length(0) + 1).saturating_mul(length(2)))
        }
        "concat_ws" => all().saturating_add(length(0).saturating_mul(args.len() as u64)),
        "array_to_string" | "list_to_string" => length(0).saturating_mul(1 + length(1)),
        // encode and decode write at most two letters a byte.
        "encode" | "decode" => length(0).saturating_mul(2),
        _ => all(),
    }
}

/// Lays [`Checked`] around `||`, which would otherwise double a text in each step of a long question.
#[derive(Debug)]
pub(super) struct CheckedConcat {
    check: Arc<ScalarUDF>,
}

impl CheckedConcat {
    pub(super) fn new() -> Self {
        let signature = Signature::any(1, Volatility::Immutable);
        Self { check: Arc::new(ScalarUDF::new_from_impl(Checked { signature })) }
    }
}

impl ExprPlanner for CheckedConcat {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let lists = |side: &Expr| Ok::<_, datafusion::error::DataFusionError>(side.get_type(schema)?.is_nested());
        if !matches!(expr.op, BinaryOperator::StringConcat) || lists(&expr.left)? || lists(&expr.right)? {
            return Ok(PlannerResult::Original(expr));
        }
        let joined = BinaryExpr::new(Box::new(expr.left), Operator::StringConcat, Box::new(expr.right));
        let checked = ScalarFunction::new_udf(Arc::clone(&self.check), vec![Expr::BinaryExpr(joined)]);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(checked)))
    }
}

/// Its argument, unless that is over the caps.
#[derive(Debug)]
struct Checked {
    signature: Signature,
}

impl PartialEq for Checked {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Checked {}

impl Hash for Checked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &'static str {
        "within_text_limit"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(types.first().cloned().unwrap_or(DataType::Null))
    }

    /// `a || b` keeps its own name in the answer.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        Ok(args.iter().map(|arg| arg.schema_name().to_string()).collect())
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let value = args.args.pop().unwrap_or(ColumnarValue::Scalar(ScalarValue::Null));
        let width = Width::of(&value)?;
        let total: u64 = width.lengths.iter().sum();
        if total > BATCH_BYTES || width.lengths.iter().any(|length| *length > VALUE_BYTES) {
            return too_long("||");
        }
        Ok(value)
    }
}
