//! Checks: `sql/checks/*.sql`, questions whose answer must be empty.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::error::AnalyticsError;
use super::header;
use crate::model::Day;
use crate::query::{AccountScope, Days, Engine, Limits, Question};

const FILES: &[&str] = &[
    include_str!("../../sql/checks/every_query_is_shown.sql"),
    include_str!("../../sql/checks/rows_have_a_complete_import.sql"),
    include_str!("../../sql/checks/other_facts_have_a_complete_import.sql"),
    include_str!("../../sql/checks/one_row_per_key.sql"),
    include_str!("../../sql/checks/other_facts_have_one_row_per_key.sql"),
    include_str!("../../sql/checks/counts_are_not_negative.sql"),
    include_str!("../../sql/checks/batches_have_their_rows.sql"),
    include_str!("../../sql/checks/facts_have_an_account.sql"),
    include_str!("../../sql/checks/kinds_stand_in_their_tables.sql"),
    include_str!("../../sql/checks/days_are_not_in_the_future.sql"),
    include_str!("../../sql/checks/hours_are_of_a_day.sql"),
    include_str!("../../sql/checks/other_counts_are_not_negative.sql"),
    include_str!("../../sql/checks/currencies_have_money.sql"),
    include_str!("../../sql/checks/waste_views_add_up.sql"),
    include_str!("../../sql/checks/other_views_add_up.sql"),
    include_str!("../../sql/checks/waste_adds_up.sql"),
    include_str!("../../sql/checks/a_day_has_one_currency.sql"),
    include_str!("../../sql/checks/a_day_has_one_grain.sql"),
    include_str!("../../sql/checks/clicks_are_within_impressions.sql"),
    include_str!("../../sql/checks/impressions_are_within_reached.sql"),
    include_str!("../../sql/checks/videos_end_after_they_start.sql"),
    include_str!("../../sql/checks/spend_has_impressions.sql"),
];

/// What a finding of a check means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The store is not as the program keeps it.
    Fault,
    /// The store is as the reports say, and that is strange.
    Warning,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What a row of its answer means.
    pub finds: &'static str,
    /// What a finding means.
    pub severity: Severity,
    /// Whether what it finds lies within one day, so that it is asked day by day and needs the memory of one.
    pub by_day: bool,
    /// The SQL, its header included.
    pub sql: &'static str,
}

/// A check that found something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// How many rows it found; some checks stop at 100.
    pub rows: u64,
}

static CHECKS: LazyLock<Vec<Check>> = LazyLock::new(|| {
    let read = |sql: &&'static str| Check {
        name: header::value(sql, "name"),
        finds: header::value(sql, "finds"),
        severity: if header::value(sql, "severity") == "warning" { Severity::Warning } else { Severity::Fault },
        by_day: header::value(sql, "by") == "day",
        sql,
    };
    FILES.iter().map(read).collect()
});

/// All checks.
pub fn checks() -> &'static [Check] {
    &CHECKS
}

/// Runs every check over the newest state of these accounts; no findings, no fault.
pub async fn check_all(engine: &Engine, accounts: &AccountScope) -> Result<Vec<Finding>, AnalyticsError> {
    let mut findings = Vec::new();
    for check in checks() {
        let rows = rows(engine, Question::new(check.sql, accounts.clone())).await?;
        if rows > 0 {
            findings.push(Finding { check, rows });
        }
    }
    Ok(findings)
}

/// How many rows one check finds in the facts of these days, within these limits; waits for the answer.
pub fn check_blocking(
    engine: &Engine,
    accounts: &AccountScope,
    check: &Check,
    days: &BTreeSet<Day>,
    limits: &Limits,
) -> Result<u64, AnalyticsError> {
    let question = Question { limits: limits.clone(), ..Question::new(check.sql, accounts.clone()) };
    if !check.by_day {
        return futures::executor::block_on(rows(engine, question));
    }
    let mut found = 0;
    for day in days {
        let question = Question { days: Some(Days { first: *day, last: *day }), ..question.clone() };
        found += futures::executor::block_on(rows(engine, question))?;
    }
    Ok(found)
}

async fn rows(engine: &Engine, question: Question) -> Result<u64, AnalyticsError> {
    let mut answer = engine.ask(question).await?;
    let mut rows = 0;
    while let Some(batch) = answer.next().await {
        rows += batch?.num_rows() as u64;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
