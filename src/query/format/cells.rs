//! Values as text, for the formats that people and spreadsheets read.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::super::error::QueryError;
use super::encoding;

/// The cells of one column.
pub(super) enum Cells<'a> {
    /// Arrow would write small and large ones with an exponent, which spreadsheets and people misread.
    Float(&'a Float64Array),
    Other(ArrayFormatter<'a>),
}

impl<'a> Cells<'a> {
    pub(super) fn of(array: &'a ArrayRef, options: &'a FormatOptions<'a>) -> Result<Self, QueryError> {
        if *array.data_type() == DataType::Float64 {
            return Ok(Self::Float(array.as_primitive::<Float64Type>()));
        }
        Ok(Self::Other(ArrayFormatter::try_new(array.as_ref(), options).map_err(encoding)?))
    }

    /// Appends the text of a cell that is not null.
    pub(super) fn write(&self, row: usize, text: &mut String) -> Result<(), QueryError> {
        match self {
            Self::Float(floats) => plain(floats.value(row), text),
            Self::Other(cells) => cells.value(row).write(text).map_err(encoding),
        }
    }
}

/// The shortest decimal that reads back as the same number, with at least one decimal place and no exponent.
fn plain(number: f64, text: &mut String) -> Result<(), QueryError> {
    let start = text.len();
    write!(text, "{number}").map_err(encoding)?;
    if number.is_finite() && !text[start..].contains('.') {
        text.push_str(".0");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain_decimals_that_read_back_the_same() {
        let cases = [
            (3e-6, "0.000003"),
            (1.5e-9, "0.0000000015"),
            (0.1, "0.1"),
            (-2.0, "-2.0"),
            (0.0, "0.0"),
            (1e16, "10000000000000000.0"),
            (54.694, "54.694"),
            (f64::NAN, "NaN"),
        ];
        for (number, expected) in cases {
            let mut text = String::new();
            plain(number, &mut text).unwrap();
            assert_eq!(text, expected);
            assert!(number.is_nan() || text.parse::<f64>() == Ok(number));
        }
    }
}
