//! What can be wrong with a row ([`Fault`]) and with a whole file ([`Refusal`]).

use std::collections::BTreeMap;

use serde::Serialize;

use super::header::DAY_COLUMN;
use super::{Header, RECORD_CAP_BYTES, ReportKind};

/// Why a row was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultReason {
    /// The record has more or fewer fields than the header.
    FieldCount,
    /// The day is empty.
    NoDate,
    /// The day cannot be read, or lies before 2000 or after tomorrow (in the bidder's own export: after today).
    BadDate,
    /// The creative id is empty.
    NoCreativeId,
    /// The hour is not a whole number from 0 to 23.
    BadHour,
    /// A count that is no whole number up to 10^13.
    BadNumber,
    /// A count or an amount below zero.
    Negative,
    /// An amount that cannot be read, or is above 10^9 currency units.
    BadMoney,
    /// The text is not UTF-8, or holds a NUL.
    BadText,
    /// More clicks than impressions, in the bidder's own export.
    ClicksExceedImpressions,
}

impl FaultReason {
    /// The reason's name in answers and in `import_faults`.
    pub fn code(self) -> &'static str {
        match self {
            Self::FieldCount => "field_count",
            Self::NoDate => "no_date",
            Self::BadDate => "bad_date",
            Self::NoCreativeId => "no_creative_id",
            Self::BadHour => "bad_hour",
            Self::BadNumber => "bad_number",
            Self::Negative => "negative",
            Self::BadMoney => "bad_money",
            Self::BadText => "bad_text",
            Self::ClicksExceedImpressions => "clicks_exceed_impressions",
        }
    }
}

/// One rejected row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The physical line on which the record starts; the header is line 1.
    pub line: u64,
    /// The fact column whose cell is at fault, where it is one cell.
    pub column: Option<String>,
    /// Why.
    pub reason: FaultReason,
    /// The cell as it came, at most 100 characters.
    pub value: Option<String>,
}

/// The faults of one file: the first [`Faults::KEPT`] with their place, all by count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// In the order of the file.
    pub kept: Vec<Fault>,
    /// All, by reason.
    pub by_reason: BTreeMap<FaultReason, u64>,
}

impl Faults {
    /// Faults kept with their place; of those beyond only the reason is counted.
    pub const KEPT: usize = 10_000;

    /// Records one rejected row.
    pub fn push(&mut self, line: u64, column: Option<&str>, reason: FaultReason, value: Option<&[u8]>) {
        *self.by_reason.entry(reason).or_default() += 1;
        if self.kept.len() < Self::KEPT {
            let value = value.map(|bytes| String::from_utf8_lossy(bytes).chars().take(100).collect());
            self.kept.push(Fault { line, column: column.map(str::to_owned), reason, value });
        }
    }

    /// Takes over the faults of another reader of the file.
    pub(super) fn absorb(&mut self, other: Self) {
        for (reason, count) in other.by_reason {
            *self.by_reason.entry(reason).or_default() += count;
        }
        self.kept.extend(other.kept);
        self.kept.sort_by_key(|fault| fault.line);
        self.kept.truncate(Self::KEPT);
    }

    /// Rejected rows in all.
    pub fn count(&self) -> u64 {
        self.by_reason.values().sum()
    }
}

/// Why a whole file was refused: what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// A stable name of the reason.
    pub code: &'static str,
    /// What is wrong and what to do, in one or two sentences.
    pub message: String,
    /// Required columns that no header stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns_missing: Vec<String>,
    /// The headers as they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns_found: Vec<String>,
    /// Kind → what keeps the report from being of it, where none fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds_lack: Option<Box<BTreeMap<String, Vec<String>>>>,
    /// How to set up the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Refusal {
    pub(super) fn record_too_long(line: u64) -> Self {
        let cap_kib = RECORD_CAP_BYTES / 1024;
        let message =
            format!("a record from line {line} on is longer than {cap_kib} KiB: a quote is probably not closed there");
        Self::new("record_too_long", message)
    }

    /// Whether there was nothing to read at the path: no file was received.
    pub fn is_of_the_path(&self) -> bool {
        matches!(self.code, "no_such_file" | "no_permission" | "is_directory" | "unreadable")
    }

    /// A refusal that needs no list of columns.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        let (columns_missing, columns_found) = Default::default();
        Self { code, message: message.into(), columns_missing, columns_found, kinds_lack: None, fix: None }
    }

    pub(super) fn missing_columns(kind: &ReportKind, missing: Vec<String>, header: &Header) -> Self {
        let shown: Vec<String> = missing.iter().map(|column| header.as_reports_say(column)).collect();
        let mut message = format!("the {} lacks the columns: {}", kind.title, shown.join(", "));
        if missing.iter().any(|column| column == DAY_COLUMN) {
            message.push_str(" (where all its rows are of one day, say which: --day 2026-02-25)");
        }
        for (found, meant) in header.near_misses() {
            message = format!("{message}; did '{found}' mean '{meant}'?");
        }
        let (columns_found, fix) = (header.names(), Some(kind.fix.clone()));
        Self { columns_missing: missing, columns_found, fix, ..Self::new("missing_columns", message) }
    }
}
