//! Fact rows, day by day, through the importer; each day is one commit, and days that are in the store are known again.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use rusqlite::types::ValueRef;

use super::accounts::Owners;
use super::cell::cell;
use super::days::{DayValue, Facts};
use super::export::{Report, Reports};
use super::plan::Plan;
use super::spend::Sums;
use super::{Heir, MigrateError, Migration, Step};
use crate::ingest::{ImportAnswer, ImportOptions, NoProgress, Source, Status};
use crate::model::AccountId;

/// Takes fact tables over.
pub(super) struct FactTaker<'a> {
    pub old: &'a Transaction<'a>,
    pub owners: &'a Owners,
    pub heir: &'a Heir<'a>,
    pub migration: &'a mut Migration,
    pub tell: &'a dyn Fn(Step<'_>),
}

/// Faults that are looked up in the record of an import, where its answer does not hold them all.
const FAULTS: u32 = 10_000;

/// A table without an index is worth a word from this many days on.
const MANY_DAYS: usize = 7;

impl FactTaker<'_> {
    /// Takes all tables over; an import that is refused does not stop the next.
    pub fn take(&mut self, plan: &Plan) -> Result<(), MigrateError> {
        let tables: Vec<Facts> =
            plan.facts().map(|(name, table)| Facts::of(self.old, plan, name, table)).collect::<Result<_, _>>()?;
        let total = tables.iter().flat_map(|facts| facts.days.values()).sum();
        let mut done = 0;
        (self.tell)(Step::Rows { done, total });
        for (at, facts) in tables.iter().enumerate() {
            self.migration.facts.entry(facts.name.to_owned()).or_default();
            if facts.days.len() > MANY_DAYS && !facts.is_indexed(self.old)? {
                let days = facts.days.len();
                let note =
                    format!("{} has no index on its day: the whole table was read for each of {days} days", facts.name);
                self.migration.notes.push(note);
            }
            let earlier = tables[..at].iter().filter(|other| facts.table.not_in.iter().any(|name| name == other.name));
            let others: BTreeSet<&DayValue> = earlier.flat_map(|other| other.days.keys()).collect();
            for (day, rows) in &facts.days {
                let name = format!("{}:{}:{day}", self.migration.database, facts.name);
                (self.tell)(Step::Begins { import: &name });
                match others.contains(day) {
                    true => self.leave(facts, day, *rows)?,
                    false => self.day(facts, day, *rows, &name)?,
                }
                done += rows;
                (self.tell)(Step::Rows { done, total });
            }
            self.note_what_was_left(facts);
        }
        Ok(())
    }

    /// Rows of a day that another table has.
    fn leave(&mut self, facts: &Facts, day: &DayValue, rows: u64) -> Result<(), MigrateError> {
        let left = facts.spend_of(self.old, day)?.unwrap_or_default();
        self.spent(None, &Sums { database: left, left, ..Sums::default() });
        let counts = self.migration.facts.entry(facts.name.to_owned()).or_default();
        counts.rows += rows;
        counts.of_other_days += rows;
        Ok(())
    }

    fn note_what_was_left(&mut self, facts: &Facts) {
        let Some(counts) = self.migration.facts.get(facts.name) else { return };
        if counts.of_other_days > 0 {
            let (rows, others) = (counts.of_other_days, facts.table.not_in.join(", "));
            let note = format!(
                "{rows} rows of {} are of days that {others} has: the same traffic, so they were left out",
                facts.name
            );
            self.migration.notes.push(note);
        }
        if let Some(counts) = self.migration.facts.get(facts.name).filter(|counts| counts.unowned > 0) {
            let rows = counts.unowned;
            let note =
                format!("{rows} rows of {} were left out: neither they nor their configs name a bidder", facts.name);
            self.migration.notes.push(note);
        }
    }

    /// One day: read once, then a report per account and kind.
    fn day(&mut self, facts: &Facts, day: &DayValue, counted: u64, name: &str) -> Result<(), MigrateError> {
        let place = &self.heir.report;
        let failed = |source| MigrateError::Write { path: place.clone(), source };
        let mut reports = Reports::new(place, &facts.fields, facts.table.apart.as_deref());
        let billing = facts.fields.iter().position(|field| field.column.header == "billing id");
        let spend = facts.spend().map(|(at, _)| at);
        let (mut streamed, mut unowned, mut read) = (0, Sums::default(), 0);
        let mut unowned_rows = 0;
        let mut statement = self.old.prepare_cached(&facts.select())?;
        let mut rows = statement.query([day])?;
        let width = facts.fields.len();
        while let Some(row) = rows.next()? {
            read += 1;
            let values: Vec<ValueRef<'_>> = (0..width).map(|at| row.get_ref(at)).collect::<Result<_, _>>()?;
            if let Some(ValueRef::Integer(micros)) = spend.map(|at| values[at]) {
                streamed += i128::from(micros);
            }
            let (bidder, account) = (owner(row.get_ref(width)?), owner(row.get_ref(width + 1)?));
            let billing = billing.and_then(|at| owner(values[at]));
            match self.owners.of(bidder.as_deref(), account.as_deref(), billing.as_deref()) {
                Some(account) => reports.write(account, row.get(width + 2)?, &values).map_err(failed)?,
                None => {
                    unowned_rows += 1;
                    let money = spend.map(|at| cell(&mut Vec::new(), values[at], facts.fields[at].column.money));
                    unowned.left += i128::from(money.and_then(|cell| cell.micros).unwrap_or_default());
                }
            }
        }
        // What SQLite sums and what was read row by row must be the same.
        let lost = facts.spend_of(self.old, day)?.map_or(0, |sum| sum - streamed);
        self.spent(None, &Sums { database: unowned.left + lost, ..unowned });
        let counts = self.migration.facts.entry(facts.name.to_owned()).or_default();
        counts.rows += counted;
        counts.unowned += unowned_rows;
        if read < counted {
            // Their day is text that is not UTF-8 and cannot be asked for.
            counts.rejected += counted - read;
            *counts.faults_by_reason.entry("bad_date".to_owned()).or_default() += counted - read;
        }
        let mut report = reports.next(None).map_err(failed)?;
        while let Some(mut made) = report {
            self.import(facts, &mut made, name)?;
            report = reports.next(Some(&made)).map_err(failed)?;
        }
        Ok(())
    }

    fn import(&mut self, facts: &Facts, report: &mut Report, name: &str) -> Result<(), MigrateError> {
        let Heir { importer, currency, max_reject_pct, dry_run, .. } = *self.heir;
        let options =
            ImportOptions { account: report.account, currency, max_reject_pct, dry_run, ..ImportOptions::default() };
        let source = Source::received(&report.path, name).of_rows(std::mem::take(&mut report.numbers));
        let answer = importer.import(&source, &options, &NoProgress)?;
        let mut sums = report.spend;
        let before = match (answer.status, answer.batch_id) {
            (Status::Duplicate, Some(batch)) => importer.record(batch, None, FAULTS)?,
            _ => None,
        };
        let rejected = before.as_ref().map_or(0, |record| record.rows_rejected.unsigned_abs());
        match answer.status {
            Status::Refused => sums.rejected = sums.database,
            Status::Imported => {
                sums.read = answer.spend_micros.map_or(0, |micros| micros.0.into());
                sums.rejected = self.spend_of_rejected(facts, &answer, answer.rows_rejected, &sums)?;
            }
            Status::Duplicate => {
                sums.read = before.and_then(|record| record.spend_micros).map_or(0, i128::from);
                sums.rejected = self.spend_of_rejected(facts, &answer, rejected, &sums)?;
            }
        }
        self.spent(Some(report.account), &sums);
        self.migration.add(facts.name, report.rows, &answer, rejected);
        Ok(())
    }

    /// What the rejected rows of an import spent, row by row as they stand in the old database.
    fn spend_of_rejected(
        &mut self,
        facts: &Facts,
        answer: &ImportAnswer,
        rejected: u64,
        sums: &Sums,
    ) -> Result<i128, MigrateError> {
        let (Some((_, field)), true) = (facts.spend(), rejected > 0) else { return Ok(0) };
        let mut rows: Vec<i64> = answer.faults.iter().map(|fault| fault.line as i64).collect();
        if (rows.len() as u64) < rejected
            && let Some(batch) = answer.batch_id
            && let Some(record) = self.heir.importer.record(batch, None, FAULTS)?
        {
            rows = record.faults.iter().map(|fault| fault.line).collect();
        }
        if (rows.len() as u64) < rejected {
            let note = format!(
                "{}: more rows were rejected than are kept, so their money is not checked by itself",
                answer.file
            );
            self.migration.notes.push(note);
            return Ok(sums.database - sums.read);
        }
        let mut sum = 0;
        for row in rows {
            let amount = facts.amount(self.old, row)?;
            sum += i128::from(cell(&mut Vec::new(), (&amount).into(), field.column.money).micros.unwrap_or_default());
        }
        Ok(sum)
    }

    /// Adds money under the currency of the account; `None` is money of no account or of several.
    fn spent(&mut self, account: Option<AccountId>, sums: &Sums) {
        if sums.database == 0 && sums.read == 0 && sums.rounded == 0 {
            return;
        }
        let currency = self.heir.currency.or(self.owners.currency(account));
        let currency = currency.map_or("unknown".to_owned(), |currency| currency.code().to_owned());
        self.migration.spend.entry(currency).or_default().add(sums);
    }
}

fn owner(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Text(text) if !text.is_empty() => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    }
}
