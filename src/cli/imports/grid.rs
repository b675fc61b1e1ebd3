//! The grid of days and kinds of report.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::Utc;
use comfy_table::{CellAlignment, Table, presets};

use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::count;
use crate::ingest::{DayState, GridCell};
use crate::jobs::{self, Store};
use crate::model::Day;
use crate::query::Days;

/// Prints the grid as a table for people, or one object per day and kind.
pub(super) fn run(
    store: &Store,
    days: u16,
    until: Option<Day>,
    account: Option<&str>,
    json: bool,
) -> Result<(), Failure> {
    let account = jobs::resolve(&store.db, account).or_fail()?;
    let days = match until {
        Some(last) => Days::ending(last, days),
        None => Days::before(Utc::now().date_naive().into(), days),
    };
    let cells = store.importer.grid(account, days.first, days.last).or_fail()?;
    let mut out = std::io::stdout().lock();
    if json {
        for cell in &cells {
            serde_json::to_writer(&mut out, cell).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    write!(out, "{}", table(&cells))?;
    Ok(())
}

fn table(cells: &[GridCell]) -> String {
    if cells.is_empty() {
        return "nothing is imported yet\n".to_owned();
    }
    // The same kinds stand on each day, in one order; the newest day comes first.
    let mut days: BTreeMap<&str, Vec<&GridCell>> = BTreeMap::new();
    for cell in cells {
        days.entry(&cell.metric_date).or_default().push(cell);
    }
    let kinds = days.values().next().into_iter().flatten().map(|cell| cell.report.as_str());
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(std::iter::once("day").chain(kinds));
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    for (day, cells) in days.iter().rev() {
        table.add_row(std::iter::once((*day).to_owned()).chain(cells.iter().map(|cell| shown(cell))));
    }
    table.trim_fmt() + "\n"
}

fn shown(cell: &GridCell) -> String {
    let rows = count(cell.row_count.unsigned_abs());
    match (cell.state, cell.percent_of_mean) {
        (None, _) => "–".to_owned(),
        (Some(DayState::Missing), _) => "missing".to_owned(),
        (Some(DayState::Anomalous), Some(percent)) => format!("anomalous: {percent} % of the usual, {rows}"),
        (Some(_), _) => rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_line_and_what_is_odd_stands_out() {
        let cell = |day: &str, report: &str, state, row_count, percent_of_mean| GridCell {
            metric_date: day.to_owned(),
            report: report.to_owned(),
            state,
            row_count,
            percent_of_mean,
            mean_row_count: None,
            mean_days: None,
        };
        let cells = [
            cell("2026-11-19", "performance", Some(DayState::Anomalous), 30_100, Some(40)),
            cell("2026-11-19", "quality", Some(DayState::Missing), 0, None),
            cell("2026-11-18", "performance", Some(DayState::Imported), 75_210, Some(100)),
            cell("2026-11-18", "quality", None, 0, None),
        ];
        insta::assert_snapshot!(table(&cells), @r"
        day                                  performance  quality
        2026-11-19  anomalous: 40 % of the usual, 30,100  missing
        2026-11-18                                75,210        –
        ");
        assert_eq!(table(&[]), "nothing is imported yet\n");
    }
}
