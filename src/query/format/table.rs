//! A table for a terminal: numbers to the right and exactly as they are, null as `–`, long text cut with `…`.
//!
//! Widths depend on all rows, so rows are held; [`TableStyle::rows`] bounds how many are shown, and the rest is
//! counted but not kept. Control characters are shown, not obeyed: report text must not steer the terminal.

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::util::display::FormatOptions;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table as Grid, TableComponent, presets};

use super::super::answer::Ending;
use super::super::error::QueryError;
use super::Encoder;
use super::cells::Cells;

/// How a table is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStyle {
    /// Rows shown.
    pub rows: usize,
    /// Letters shown of a text.
    pub text_letters: usize,
    /// Width of the terminal, where there is one: wider tables are wrapped inside their cells.
    pub terminal_columns: Option<u16>,
    /// Whether the line below tells rows and time.
    pub footer: bool,
}

impl Default for TableStyle {
    fn default() -> Self {
        Self { rows: 1_000, text_letters: 48, terminal_columns: None, footer: true }
    }
}

pub(super) struct Table {
    style: TableStyle,
    numeric: Vec<bool>,
    grid: Grid,
    shown: usize,
}

impl Table {
    pub(super) fn new(schema: &SchemaRef, style: TableStyle) -> Self {
        let numeric: Vec<bool> = schema.fields().iter().map(|field| field.data_type().is_numeric()).collect();
        let mut grid = Grid::new();
        // One rule, under the names: a rule below each row would double the height.
        grid.load_preset(presets::NOTHING);
        grid.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
        if let Some(columns) = style.terminal_columns {
            grid.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
        }
        let names = schema.fields().iter().zip(&numeric);
        grid.set_header(names.map(|(field, numeric)| aligned(&visible(field.name(), usize::MAX), *numeric)));
        Self { style, numeric, grid, shown: 0 }
    }
}

impl Encoder for Table {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), QueryError> {
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, _: &mut Vec<u8>) -> Result<(), QueryError> {
        let options = FormatOptions::new();
        let columns = batch.columns().iter().map(|column| Cells::of(column, &options));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut text = String::new();
        let room = self.style.rows.saturating_sub(self.shown);
        for row in 0..batch.num_rows().min(room) {
            let mut cells = Vec::with_capacity(columns.len());
            for ((column, array), numeric) in columns.iter().zip(batch.columns()).zip(&self.numeric) {
                if array.is_null(row) {
                    cells.push(aligned("–", *numeric));
                    continue;
                }
                text.clear();
                column.write(row, &mut text)?;
                cells.push(aligned(&visible(&text, self.style.text_letters), *numeric));
            }
            self.grid.add_row(cells);
            self.shown += 1;
        }
        Ok(())
    }

    fn end(&mut self, ending: &Ending, out: &mut Vec<u8>) -> Result<(), QueryError> {
        let mut text = self.grid.to_string();
        text.push('\n');
        if self.style.footer {
            let rows = if ending.rows == 1 { "1 row".to_owned() } else { format!("{} rows", ending.rows) };
            text.push_str(&format!("{rows} in {:.3} s\n", ending.elapsed.as_secs_f64()));
        }
        if ending.rows > self.shown as u64 {
            let shown = self.shown;
            text.push_str(&format!("only the first {shown} rows are shown: add LIMIT, or choose another format\n"));
        }
        if let Some(cut) = ending.cut {
            text.push_str(&format!("the answer is truncated: it was cut at {cut}\n"));
        }
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn says_cut(&self) -> bool {
        true
    }
}

fn aligned(text: &str, numeric: bool) -> Cell {
    Cell::new(text).set_alignment(if numeric { CellAlignment::Right } else { CellAlignment::Left })
}

/// The text with control characters escaped, cut to so many letters. Lines of a plan stay lines.
fn visible(text: &str, letters: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(256));
    let is_lines = text.contains('\n');
    for (place, letter) in text.trim_end().chars().enumerate() {
        if place >= letters && !is_lines {
            shown.push('…');
            break;
        }
        if letter.is_control() && letter != '\n' {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}
