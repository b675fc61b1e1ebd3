//! The newest day of each kind of report.

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};

use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, counted};
use crate::ingest::Freshness;
use crate::jobs::{self, Store};

/// Prints a table for people, or one object per kind.
pub(super) fn run(store: &Store, account: Option<&str>, json: bool) -> Result<(), Failure> {
    let account = jobs::resolve(&store.db, account).or_fail()?;
    let kinds = store.importer.freshness(account).or_fail()?;
    let mut out = std::io::stdout().lock();
    if json {
        for kind in &kinds {
            serde_json::to_writer(&mut out, kind).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(());
    }
    write!(out, "{}", table(&kinds))?;
    Ok(())
}

fn table(kinds: &[Freshness]) -> String {
    if kinds.is_empty() {
        return "nothing is imported yet\n".to_owned();
    }
    let mut table = Table::new();
    let header = ["kind", "newest day", "behind", "rows of it", "days", "oldest day", "last import (UTC)"];
    table.load_preset(presets::NOTHING).set_header(header);
    for place in [3, 4] {
        if let Some(column) = table.column_mut(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for kind in kinds {
        let behind = match kind.days_behind {
            0 => "–".to_owned(),
            days => counted(days.into(), "day"),
        };
        let imported = kind.imported_at.as_deref().unwrap_or("–");
        table.add_row([
            kind.report.clone(),
            kind.newest_day.to_string(),
            behind,
            count(kind.newest_row_count),
            count(kind.day_count),
            kind.oldest_day.to_string(),
            imported.chars().take(16).collect::<String>().replace('T', " "),
        ]);
    }
    table.trim_fmt() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_says_how_far_it_is_behind() {
        let kind = |report: &str, newest: &str, days_behind| Freshness {
            report: report.to_owned(),
            newest_day: newest.parse().unwrap(),
            newest_row_count: 75_210,
            days_behind,
            oldest_day: "2026-11-01".parse().unwrap(),
            day_count: 18,
            imported_at: Some("2026-11-20T06:01:12.345Z".to_owned()),
        };
        insta::assert_snapshot!(table(&[kind("performance", "2026-11-19", 0), kind("quality", "2026-11-16", 3)]), @r"
        kind         newest day  behind  rows of it  days  oldest day  last import (UTC)
        performance  2026-11-19  –           75,210    18  2026-11-01  2026-11-20 06:01
        quality      2026-11-16  3 days      75,210    18  2026-11-01  2026-11-20 06:01
        ");
        assert_eq!(table(&[]), "nothing is imported yet\n");
    }
}
