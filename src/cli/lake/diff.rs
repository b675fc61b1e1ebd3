//! What differs between two states.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::status::plain;
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, counted, money};
use crate::cli::sql::at;
use crate::entities::accounts::{self, Account};
use crate::jobs::Store;
use crate::lake::{At, DayDiff, LakeDiff};
use crate::model::{AccountId, Currency, Micros};

/// Show what differs between two states: rows and spend by day and kind
///
/// Days whose files are the same are not read. Several kinds of report carry the same money: compare kind by kind.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake diff 12 latest                  what changed since snapshot 12
  catscan lake diff 2026-11-18 2026-11-19      what changed on the 18th
  catscan lake diff 12 13 --account acme --json")]
pub(super) struct DiffArgs {
    /// The one state: a snapshot's number or a time
    #[arg(value_name = "SNAPSHOT|TIME", value_parser = at)]
    from: At,
    /// The other
    #[arg(value_name = "SNAPSHOT|TIME", value_parser = at)]
    to: At,
    /// Only this account, by name or number
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(store: &Store, args: DiffArgs) -> Result<ExitCode, Failure> {
    let accounts: Vec<Account> = match &args.account {
        Some(named) => vec![store.db.read(|tx| accounts::find(tx, named)).or_fail()?],
        None => store.db.read(accounts::list).or_fail()?,
    };
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.account_id).collect();
    let diff = store.lake.diff(&args.from, &args.to, &ids).or_fail()?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &diff).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        let currencies = accounts.iter().map(|account| (account.account_id, account.currency)).collect();
        write!(out, "{}", words(&diff, &currencies))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(diff: &LakeDiff, currencies: &BTreeMap<AccountId, Option<Currency>>) -> String {
    let LakeDiff { from, to, days, rewritten, .. } = diff;
    let mut text = String::new();
    if days.is_empty() {
        // Writing to a String does not fail.
        let _ = writeln!(text, "no difference between snapshots {from} and {to}");
    } else {
        let (rows, spend) =
            ([format!("rows {from}"), format!("rows {to}")], [format!("spend {from}"), format!("spend {to}")]);
        let header = [
            "day",
            "kind",
            "account",
            &rows[0],
            &rows[1],
            "difference",
            &spend[0],
            &spend[1],
            "difference",
            "currency",
            "other metrics",
        ];
        let mut table = plain(&header, 3..9);
        for day in days {
            table.add_row(line(day, currencies.get(&day.account_id).copied().flatten()));
        }
        let _ = writeln!(text, "{}", table.trim_fmt());
    }
    if *rewritten > 0 {
        let days = counted(*rewritten, "day");
        let _ = writeln!(text, "{days} in other files that add up to the same");
    }
    text
}

fn line(day: &DayDiff, currency: Option<Currency>) -> [String; 11] {
    let spend = |micros: Option<Micros>| micros.map_or_else(|| "–".to_owned(), money);
    let signed = |is_more: bool, text: String| if is_more { format!("+{text}") } else { text };
    let rows = match day.rows_difference {
        less @ ..0 => format!("-{}", count(less.unsigned_abs())),
        more => signed(more > 0, count(more.unsigned_abs())),
    };
    let spent = day.spend_micros_difference;
    let spent = spent.map_or_else(|| "–".to_owned(), |micros| signed(micros.0 > 0, money(micros)));
    let others: Vec<&str> = day.metrics.iter().map(String::as_str).filter(|name| *name != "spend_micros").collect();
    let has_money = day.spend_micros_from.is_some() || day.spend_micros_to.is_some();
    let currency = currency.map_or_else(|| "(unknown)".to_owned(), |currency| currency.to_string());
    [
        day.day.to_string(),
        day.kind.clone(),
        day.account_id.to_string(),
        count(day.rows_from),
        count(day.rows_to),
        rows,
        spend(day.spend_micros_from),
        spend(day.spend_micros_to),
        spent,
        if has_money { currency } else { String::new() },
        others.join(", "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SnapshotId;

    #[test]
    fn rows_and_spend_are_exact_and_no_difference_is_said() {
        let day = |day: &str, spend_to: Option<i64>, metrics: &[&str]| DayDiff {
            day: day.parse().unwrap(),
            kind: "performance".to_owned(),
            account_id: AccountId::FIRST,
            rows_from: 75_000,
            rows_to: 75_000 + u64::from(metrics.is_empty()),
            rows_difference: i64::from(metrics.is_empty()),
            spend_micros_from: Some(Micros(1_234_567_890_000)),
            spend_micros_to: spend_to.map(Micros),
            spend_micros_difference: spend_to.map(|to| Micros(to - 1_234_567_890_000)),
            metrics: metrics.iter().map(|&metric| metric.to_owned()).collect(),
        };
        let time = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut diff = LakeDiff {
            from: SnapshotId(3),
            from_time: time,
            to: SnapshotId(5),
            to_time: time,
            days: vec![
                day("2026-11-19", Some(1_234_567_835_306), &[]),
                day("2026-11-18", Some(1_234_567_890_000), &["clicks"]),
            ],
            rewritten: 1,
        };
        let currencies = BTreeMap::from([(AccountId::FIRST, Currency::from_code("USD"))]);
        insta::assert_snapshot!(words(&diff, &currencies), @r"
         day         kind         account  rows 3  rows 5  difference       spend 3           spend 5  difference  currency  other metrics
         2026-11-19  performance  1        75,000  75,001          +1  1,234,567.89  1,234,567.835306   -0.054694  USD
         2026-11-18  performance  1        75,000  75,000           0  1,234,567.89      1,234,567.89        0.00  USD       clicks
        1 day in other files that add up to the same
        ");
        diff.days.clear();
        diff.rewritten = 0;
        assert_eq!(words(&diff, &currencies), "no difference between snapshots 3 and 5\n");
    }
}
