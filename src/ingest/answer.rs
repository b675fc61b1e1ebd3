//! What an import answers: one object per file, the same for people, `--json`, HTTP and the record in the database.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ImportOptions, RowAnomaly, StageTime};
use crate::model::{AccountId, BatchId, Currency, Day, Micros};
use crate::report::{Fault, Parsed, Refusal};

/// What became of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its rows are live.
    Imported,
    /// The same bytes are live already; nothing changed.
    Duplicate,
    /// Nothing of it was taken.
    Refused,
}

/// First and last day of a file's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRange {
    /// The first day.
    pub start: Day,
    /// The last day.
    pub end: Day,
}

/// The answer for one file. `rows_read` is the sum of the five outcomes after it.
#[derive(Clone, Debug, Serialize)]
pub struct ImportAnswer {
    /// The file, as it was named.
    pub file: String,
    /// The account it was imported for; the first one goes without saying, for whoever has no other.
    #[serde(skip_serializing_if = "AccountId::is_first")]
    pub account_id: AccountId,
    /// The import that holds its rows; for a duplicate the first one, for a dry run none.
    pub batch_id: Option<BatchId>,
    /// What became of it.
    pub status: Status,
    /// Only tried: what would become of it, and nothing was changed.
    pub dry_run: bool,
    /// The kind of report, where it was recognised.
    pub kind: Option<String>,
    /// Data rows of the file.
    pub rows_read: u64,
    /// Rows with keys that were not there before.
    pub rows_imported: u64,
    /// Rows that took the place of one with the same key.
    pub rows_replaced: u64,
    /// Rows that say what was there already.
    pub rows_duplicate: u64,
    /// Rows at fault.
    pub rows_rejected: u64,
    /// Rows of totals, and in mode skip rows whose key was there.
    pub rows_skipped: u64,
    /// The days of the rows.
    pub date_range: Option<DateRange>,
    /// Σ spend of the rows that were not rejected, exact.
    pub spend_micros: Option<Micros>,
    /// The currency of the spend, where it is known.
    pub currency: Option<Currency>,
    /// How often each warning was raised.
    pub warnings: BTreeMap<String, u64>,
    /// Its days that now have far fewer or far more rows than the days before them.
    pub anomalies: Vec<RowAnomaly>,
    /// The billing ids of the file.
    pub billing_ids: BTreeSet<String>,
    /// Header → column, as they were read.
    pub columns_mapped: BTreeMap<String, String>,
    /// Headers that were not read.
    pub columns_ignored: Vec<String>,
    /// What was done to the bytes to read them, what answers will lack because the report has no such column, and
    /// headers that look misspelt.
    pub notes: Vec<String>,
    /// Rejected rows by reason.
    pub faults_by_reason: BTreeMap<String, u64>,
    /// The first rejected rows, at most [`ImportAnswer::FAULTS`].
    pub faults: Vec<Fault>,
    /// Wall time.
    pub elapsed_ms: u64,
    /// Where the time went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timings: Vec<StageTime>,
    /// Why it was refused.
    pub error: Option<Refusal>,
}

impl ImportAnswer {
    /// Faults in an answer; up to 10,000 are in `import_faults`.
    pub const FAULTS: usize = 100;

    /// What the report says, once it was read to its end.
    pub(super) fn take_over(&mut self, parsed: &Parsed) {
        self.rows_read = parsed.rows_read;
        self.rows_rejected = parsed.faults.count();
        self.rows_skipped = parsed.rows_skipped;
        self.spend_micros = parsed.spend;
        self.currency = parsed.currency;
        self.warnings = parsed.warnings.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let by_reason = parsed.faults.by_reason.iter();
        self.faults_by_reason = by_reason.map(|(reason, count)| (reason.code().to_owned(), *count)).collect();
        self.faults = parsed.faults.kept.iter().take(Self::FAULTS).cloned().collect();
        let days = || parsed.days.iter().flatten();
        self.date_range = days().min().zip(days().max()).map(|(start, end)| DateRange { start: *start, end: *end });
        let billing = parsed.layout.position("billing_id").and_then(|word| parsed.dictionaries[word].as_ref());
        self.billing_ids = billing.map(|ids| ids.texts().map(str::to_owned).collect()).unwrap_or_default();
    }

    pub(super) fn new(file: &str, options: &ImportOptions) -> Self {
        Self {
            file: file.to_owned(),
            account_id: options.account,
            batch_id: None,
            status: Status::Refused,
            dry_run: options.dry_run,
            kind: None,
            rows_read: 0,
            rows_imported: 0,
            rows_replaced: 0,
            rows_duplicate: 0,
            rows_rejected: 0,
            rows_skipped: 0,
            date_range: None,
            spend_micros: None,
            currency: None,
            warnings: BTreeMap::new(),
            anomalies: Vec::new(),
            billing_ids: BTreeSet::new(),
            columns_mapped: BTreeMap::new(),
            columns_ignored: Vec::new(),
            notes: Vec::new(),
            faults_by_reason: BTreeMap::new(),
            faults: Vec::new(),
            elapsed_ms: 0,
            timings: Vec::new(),
            error: None,
        }
    }
}
