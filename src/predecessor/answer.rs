//! What a migration answers: every row of the old database is accounted for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::spend::Spend;
use crate::ingest::{ImportAnswer, Status};

/// What became of the old database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Its file name.
    pub database: String,
    /// Only tried: what would become of it, and nothing was changed.
    pub dry_run: bool,
    /// Rows of reports, by table.
    pub facts: BTreeMap<String, FactCounts>,
    /// Everything else that has a place here, by table.
    pub entities: BTreeMap<String, EntityCounts>,
    /// Hashes of files and mails that the predecessor had taken in, by table.
    pub hashes: BTreeMap<String, HashCounts>,
    /// The money of the old rows against that of the rows that were read, by currency; "unknown" where nobody said it.
    pub spend: BTreeMap<String, Spend>,
    /// The first rejected rows, at most [`Migration::FAULTS`].
    pub faults: Vec<RowFault>,
    /// Imports that were refused, at most [`Migration::FAULTS`].
    pub refused: Vec<Refused>,
    /// Tables with rows that were not taken, and why.
    pub left: Vec<LeftTable>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Where the rows of a fact table went. `rows` is the sum of the seven outcomes after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactCounts {
    /// Rows of the table.
    pub rows: u64,
    /// Rows with keys that were not in the store.
    pub imported: u64,
    /// Rows that took the place of one with the same key.
    pub replaced: u64,
    /// Rows that are in the store already, or that say the same as another one.
    pub duplicate: u64,
    /// Rows at fault, or of an import that was refused.
    pub rejected: u64,
    /// Rows of totals.
    pub skipped: u64,
    /// Rows of days that another table has.
    pub of_other_days: u64,
    /// Rows of no bidder that the database knows.
    pub unowned: u64,
    /// Imports that the rows were made into: one for each day, account and kind.
    pub imports: u64,
    /// Of them, those that were in the store already.
    pub known: u64,
    /// Of them, those that were refused.
    pub refused: u64,
    /// Rejected rows by reason.
    pub faults_by_reason: BTreeMap<String, u64>,
}

/// Where the rows of an entity table went. `rows` is the sum of the three outcomes after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityCounts {
    /// Rows of the table.
    pub rows: u64,
    /// Added to the store.
    pub added: u64,
    /// In the store already, which is newer and stays.
    pub kept: u64,
    /// Not taken; a note says why.
    pub rejected: u64,
}

/// Where the hashes of a table went. `rows` is the sum of the three outcomes after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashCounts {
    /// Rows of the table.
    pub rows: u64,
    /// Remembered from now on.
    pub added: u64,
    /// Remembered already.
    pub known: u64,
    /// Rows without a hash, or of an algorithm that nobody can tell.
    pub unusable: u64,
}

/// A row of the old database that was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// Its table.
    pub table: String,
    /// Its rowid.
    pub row: i64,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// Why.
    pub reason: String,
    /// The value as it came.
    pub value: Option<String>,
}

/// An import that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What the import history calls it.
    pub import: String,
    /// Its rows.
    pub rows: u64,
    /// Why, and what to do.
    pub reason: String,
}

/// A table that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftTable {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Why.
    pub reason: String,
}

impl Migration {
    /// Faults and refusals in an answer; each import's own are in the import history.
    pub const FAULTS: usize = 100;

    /// True when every row that was to be taken is in the store, and the money is the same.
    pub fn is_whole(&self) -> bool {
        self.facts.values().all(|counts| counts.refused == 0 && counts.unowned == 0)
            && self.spend.values().all(|spend| spend.difference_micros == 0)
    }

    /// The counts of an entity table.
    pub(super) fn entity(&mut self, table: &str) -> &mut EntityCounts {
        self.entities.entry(table.to_owned()).or_default()
    }

    /// An entity that was not taken, and why.
    pub(super) fn reject(&mut self, table: &str, row: i64, why: impl std::fmt::Display) {
        self.entity(table).rejected += 1;
        // The counts tell the rest.
        if self.notes.len() < Self::FAULTS {
            self.notes.push(format!("{table} row {row} was not taken: {why}"));
        }
    }

    /// What the importer answered about `rows` rows of the table.
    pub(super) fn add(&mut self, table: &str, rows: u64, answer: &ImportAnswer, rejected_before: u64) {
        let counts = self.facts.entry(table.to_owned()).or_default();
        counts.imports += 1;
        for (reason, rows) in &answer.faults_by_reason {
            *counts.faults_by_reason.entry(reason.clone()).or_default() += rows;
        }
        match answer.status {
            Status::Imported => {
                counts.imported += answer.rows_imported;
                counts.replaced += answer.rows_replaced;
                counts.duplicate += answer.rows_duplicate;
                counts.rejected += answer.rows_rejected;
                counts.skipped += answer.rows_skipped;
            }
            Status::Duplicate => {
                counts.known += 1;
                counts.rejected += rejected_before;
                counts.duplicate += rows - rejected_before;
            }
            Status::Refused => {
                counts.refused += 1;
                counts.rejected += rows;
                if self.refused.len() < Self::FAULTS {
                    let reason = answer.error.as_ref().map(ToString::to_string).unwrap_or_default();
                    self.refused.push(Refused { import: answer.file.clone(), rows, reason });
                }
            }
        }
        let room = Self::FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(answer.faults.iter().take(room).map(|fault| RowFault {
            table: table.to_owned(),
            row: fault.line as i64,
            column: fault.column.clone(),
            reason: fault.reason.code().to_owned(),
            value: fault.value.clone(),
        }));
    }
}
