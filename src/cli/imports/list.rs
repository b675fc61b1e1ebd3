//! The list of imports.

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;

use super::ListArgs;
use crate::cli::asking::Asker;
use crate::cli::failure::Failure;
use crate::cli::numbers::count;
use crate::query::format::Format;

/// Prints the list as a table for people, or one object per import.
pub(super) fn run(asker: &Asker, args: ListArgs) -> Result<(), Failure> {
    let accounts = asker.accounts(args.account.as_deref())?;
    let params = [("kind", args.kind), ("status", args.status), ("limit", args.limit.to_string())];
    let params = params.map(|(name, value)| (name.to_owned(), value)).into();
    let mut out = std::io::stdout().lock();
    if args.json {
        return asker.report("imports", params, accounts, Format::Ndjson, &mut out);
    }
    let mut lines = Vec::new();
    asker.report("imports", params, accounts, Format::Ndjson, &mut lines)?;
    let rows = serde_json::Deserializer::from_slice(&lines).into_iter::<Value>();
    let rows: Vec<Value> = rows.collect::<Result<_, _>>().map_err(Failure::new)?;
    write!(out, "{}", table(&rows, args.account.as_deref() == Some("all")))?;
    Ok(())
}

const NUMBERS: [&str; 6] = ["batch", "rows", "new", "changed", "unchanged", "rejected"];

fn table(rows: &[Value], all_accounts: bool) -> String {
    if rows.is_empty() {
        return "no imports\n".to_owned();
    }
    let mut header = vec!["batch", "status", "kind", "days"];
    header.extend(NUMBERS[1..].iter());
    header.extend(["imported at (UTC)", "file"]);
    if all_accounts {
        header.insert(0, "account");
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(&header);
    for (place, name) in header.iter().enumerate() {
        if let Some(column) = NUMBERS.contains(name).then(|| table.column_mut(place)).flatten() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or("–").to_owned();
        let number = |name: &str| row[name].as_u64().map_or_else(|| "–".to_owned(), count);
        let mut cells = vec![row["batch_id"].to_string(), text("status"), text("report"), days(row)];
        let counts = ["rows_read", "rows_imported", "rows_replaced", "rows_duplicate", "rows_rejected"];
        cells.extend(counts.map(number));
        cells.push(text("imported_at").chars().take(16).collect::<String>().replace('T', " "));
        cells.push(text("filename"));
        if all_accounts {
            cells.insert(0, row["account_id"].to_string());
        }
        table.add_row(cells);
    }
    table.trim_fmt() + "\n"
}

fn days(row: &Value) -> String {
    match (row["first_day"].as_str(), row["last_day"].as_str()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(first), _) => first.to_owned(),
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_import_is_a_line() {
        let rows = [
            json!({
                "batch_id": 12, "status": "complete", "report": "performance", "first_day": "2026-11-18",
                "last_day": "2026-11-19", "rows_read": 150_000, "rows_imported": 149_000, "rows_replaced": 900,
                "rows_duplicate": 98, "rows_rejected": 2, "imported_at": "2026-11-20T08:30:00Z", "filename": "a.csv"
            }),
            json!({
                "batch_id": 3, "status": "failed", "report": "unknown", "first_day": null, "last_day": null,
                "rows_read": 0, "rows_imported": 0, "rows_replaced": 0, "rows_duplicate": 0, "rows_rejected": 0,
                "imported_at": "2026-11-19T08:30:00Z", "filename": "notes.csv"
            }),
        ];
        insta::assert_snapshot!(table(&rows, false), @r"
        batch  status    kind         days                         rows      new  changed  unchanged  rejected  imported at (UTC)  file
           12  complete  performance  2026-11-18 to 2026-11-19  150,000  149,000      900         98         2  2026-11-20 08:30   a.csv
            3  failed    unknown      –                               0        0        0          0         0  2026-11-19 08:30   notes.csv
        ");
        assert_eq!(table(&[], false), "no imports\n");
    }
}
