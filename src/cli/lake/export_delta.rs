//! `catscan lake export-delta`: the fact tables for readers of Delta tables.

use std::process::ExitCode;

use clap::Args;

use super::view;
use crate::cli::failure::Failure;
use crate::cli::numbers::{count, counted};
use crate::cli::session::Session;
use crate::jobs::Care;
use crate::lake::DeltaExport;

/// Write a Delta log beside the fact tables' files, for Spark, Trino, Polars, DuckDB and others; no data is copied
///
/// The first export describes each table as a whole, each later one adds what changed since. Readers see the state of the
/// last export until the next one. They must not write to these tables or VACUUM them: the files belong to catscan, which
/// removes them when its snapshots expire, so that time travel in Delta reaches no further back than here.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake export-delta
  catscan lake export-delta --table rtb_daily --json
  python3 -c \"import polars; print(polars.scan_delta('DIR/lake/rtb_daily').collect())\"")]
pub(super) struct ExportDeltaArgs {
    /// Only this table; can be given several times [default: all]
    #[arg(long = "table", value_name = "TABLE", value_parser = super::files::table)]
    tables: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(session: &Session, args: ExportDeltaArgs) -> Result<ExitCode, Failure> {
    view::care(session, Care::ExportDelta { tables: args.tables }, args.json, |done: DeltaExport| words(&done))
}

fn words(done: &DeltaExport) -> String {
    let mut text = String::new();
    for table in &done.tables {
        text.push_str(&match (table.written, table.files_added, table.files_removed) {
            (false, ..) => format!("{}: nothing changed since version {}\n", table.table, table.version),
            (true, added, removed) => {
                format!("{}: version {}, +{} -{} files\n", table.table, table.version, count(added), count(removed))
            }
        });
        let (files, rows) = (counted(table.files, "file"), counted(table.rows, "row"));
        text.push_str(&format!("  {files}, {rows} in {}\n", table.address));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::DeltaTable;
    use crate::model::SnapshotId;

    #[test]
    fn each_table_says_what_its_log_gained_and_where_it_is() {
        let table = |name: &str, written| DeltaTable {
            table: name.to_owned(),
            address: format!("/store/lake/{name}"),
            version: 3,
            written,
            files_added: if written { 2 } else { 0 },
            files_removed: u64::from(written),
            files: 400,
            rows: 75_120,
            checkpoint: false,
        };
        let tables = vec![table("rtb_daily", true), table("rtb_funnel", false)];
        insta::assert_snapshot!(words(&DeltaExport { snapshot_id: SnapshotId(7), tables }), @r"
        rtb_daily: version 3, +2 -1 files
          400 files, 75,120 rows in /store/lake/rtb_daily
        rtb_funnel: nothing changed since version 3
          400 files, 75,120 rows in /store/lake/rtb_funnel
        ");
    }
}
