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
];

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What a row of its answer means.
    pub finds: &'static str,
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
mod tests {
    use super::*;
    use crate::query::fixture::{Memory, Row};

    #[test]
    fn every_file_is_listed_under_its_name() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/checks");
        let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(on_disk, checks().iter().map(|check| check.name.to_owned()).collect());
        assert!(checks().iter().all(|check| !check.finds.is_empty()));
    }

    #[tokio::test]
    async fn a_sound_store_has_no_findings_and_each_fault_is_found() {
        let row = Row::reached("11", 10, 4);
        let sound = Memory::of(vec![row.clone(), Row { creative: "c2", ..row.clone() }]).engine();
        assert_eq!(check_all(&sound, &AccountScope::All).await.unwrap(), []);
        for (faulty, name) in [
            (row.clone(), "one_row_per_key"),
            (Row { creative: "c3", clicks: Some(-1), ..row.clone() }, "counts_are_not_negative"),
            (Row { report: "bids", ..row.clone() }, "rows_have_a_complete_import"),
        ] {
            let engine = Memory::of(vec![row.clone(), faulty]).engine();
            let found = check_all(&engine, &AccountScope::All).await.unwrap();
            assert_eq!(found.iter().map(|finding| finding.check.name).collect::<Vec<_>>(), [name]);
        }
    }

    #[test]
    fn what_lies_within_a_day_is_asked_day_by_day() {
        let row = Row::reached("11", 10, 4);
        let engine = Memory::of(vec![row.clone(), row.clone()]).engine();
        let check = checks().iter().find(|check| check.name == "one_row_per_key").unwrap();
        assert!(check.by_day);
        let its_day = crate::query::fixture::day(row.day);
        let found = |days: &[Day]| {
            let days = days.iter().copied().collect();
            check_blocking(&engine, &AccountScope::All, check, &days, &Limits::default()).unwrap()
        };
        assert_eq!(found(&[its_day, its_day.plus_days(1)]), 1);
        assert_eq!(found(&[its_day.plus_days(1)]), 0);
    }
}
