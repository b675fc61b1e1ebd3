//! A partition of a fact table, and the only place where a path below the lake is made.

use super::LakeError;
use crate::model::facts::FactTable;
use crate::model::{AccountId, Day};

/// A partition: one fact table, account, report kind and day. It is replaced as a whole and has one grain.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The fact table.
    pub table: &'static FactTable,
    /// Whose rows.
    pub account: AccountId,
    /// The report kind, as in `schema/reports`.
    pub report: String,
    /// The day of the rows.
    pub day: Day,
}

/// The names of the partition columns, in the order of the path and of the catalog's partition keys.
pub(super) const PARTITION_COLUMNS: [&str; 3] = ["account_id", "report", "metric_date"];

const MAX_REPORT_NAME_BYTES: usize = 64;

impl Scope {
    /// Directory of the partition below its table's directory: no text of a user can stand in it.
    pub(super) fn directory(&self) -> Result<String, LakeError> {
        let named = !self.report.is_empty()
            && self.report.len() <= MAX_REPORT_NAME_BYTES
            && self.report.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !named {
            return Err(LakeError::ReportName { report: self.report.clone() });
        }
        Ok(format!("account_id={}/report={}/metric_date={}", self.account, self.report, self.day))
    }

    /// The partition's values as text, in the order of [`PARTITION_COLUMNS`].
    pub(super) fn values(&self) -> [String; 3] {
        [self.account.to_string(), self.report.clone(), self.day.to_string()]
    }

    fn key(&self) -> (&str, AccountId, &str, Day) {
        (&self.table.name, self.account, &self.report, self.day)
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Scope {}

impl std::hash::Hash for Scope {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;

    #[test]
    fn a_directory_is_made_of_ids_days_and_checked_names_only() {
        let scope = |report: &str| Scope {
            table: facts::table("rtb_daily").unwrap(),
            account: AccountId(7),
            report: report.to_owned(),
            day: Day::from_ymd(2026, 11, 20).unwrap(),
        };
        let directory = scope("performance").directory().unwrap();
        assert_eq!(directory, "account_id=7/report=performance/metric_date=2026-11-20");
        for hostile in ["", "../x", "a/b", "A", "a b", "a\0", &"a".repeat(65)] {
            assert!(matches!(scope(hostile).directory(), Err(LakeError::ReportName { .. })), "{hostile}");
        }
    }
}
