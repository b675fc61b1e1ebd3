//! CSV: RFC 4180 quoting, a header line, lines end with LF as in Google's own reports.

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::FormatOptions;

use super::super::answer::Ending;
use super::super::error::QueryError;
use super::Encoder;
use super::cells::Cells;

pub(super) struct Csv {
    header: Vec<String>,
}

impl Csv {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        Self { header: schema.fields().iter().map(|field| field.name().clone()).collect() }
    }
}

impl Encoder for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), QueryError> {
        for (place, name) in self.header.iter().enumerate() {
            separate(place, out);
            text_field(name, out);
        }
        out.push(b'\n');
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), QueryError> {
        let options = FormatOptions::new();
        let columns = batch.columns().iter().map(|column| Column::new(column, &options));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut cell = String::new();
        for row in 0..batch.num_rows() {
            for (place, column) in columns.iter().enumerate() {
                separate(place, out);
                if column.array.is_null(row) {
                    continue;
                }
                cell.clear();
                column.cells.write(row, &mut cell)?;
                if column.is_text { text_field(&cell, out) } else { field(&cell, out) }
            }
            out.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, _: &Ending, _: &mut Vec<u8>) -> Result<(), QueryError> {
        Ok(())
    }
}

struct Column<'a> {
    array: &'a ArrayRef,
    cells: Cells<'a>,
    is_text: bool,
}

impl<'a> Column<'a> {
    fn new(array: &'a ArrayRef, options: &'a FormatOptions<'a>) -> Result<Self, QueryError> {
        let cells = Cells::of(array, options)?;
        // What is not a number, a day or a truth may carry text, lists and structures too.
        let kind = array.data_type();
        let is_text = !(kind.is_numeric() || kind.is_temporal() || *kind == DataType::Boolean);
        Ok(Self { array, cells, is_text })
    }
}

fn separate(place: usize, out: &mut Vec<u8>) {
    if place > 0 {
        out.push(b',');
    }
}

/// Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers are never touched. An empty
/// text is quoted, an empty field is null.
fn text_field(text: &str, out: &mut Vec<u8>) {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        field(&format!("'{text}"), out);
    } else if text.is_empty() {
        out.extend_from_slice(b"\"\"");
    } else {
        field(text, out);
    }
}

fn field(text: &str, out: &mut Vec<u8>) {
    if text.contains(['"', ',', '\n', '\r']) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}
