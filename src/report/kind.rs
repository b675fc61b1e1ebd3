//! Report kinds as data: `schema/reports/<kind>.toml` says how a kind is recognised and what it requires.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Header, Refusal};
use crate::model::facts::{self, FactTable};

/// A kind of report (DOMAIN: performance, bids, …) and where its rows land.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportKind {
    /// The kind's name in SQL, paths and answers.
    pub name: String,
    /// What people call it.
    pub title: String,
    table: String,
    /// A header with all of these columns is of this kind; kinds are tried in order.
    recognised_by: Vec<String>,
    /// Columns without which the report cannot be imported.
    required: Vec<String>,
    /// At least one of these must stand, where any are named.
    #[serde(default)]
    required_any: Vec<String>,
    #[serde(default)]
    recommended: Vec<Recommended>,
    /// How to set the report up.
    pub fix: String,
}

/// A column that answers get poorer without.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recommended {
    column: String,
    costs: String,
}

static KINDS: LazyLock<Vec<ReportKind>> = LazyLock::new(|| {
    [include_str!("../../schema/reports/performance.toml")]
        .into_iter()
        .map(|text| toml::from_str(text).expect("schema/reports is part of the program and read by a unit test"))
        .collect()
});

impl ReportKind {
    /// All kinds, in the order in which they are tried.
    pub fn all() -> &'static [Self] {
        &KINDS
    }

    /// The first kind that the header fits, with all that it requires; else a refusal that says what is missing.
    pub fn recognise(header: &Header) -> Result<&'static Self, Refusal> {
        let Some(kind) = KINDS.iter().find(|kind| kind.recognised_by.iter().all(|column| header.has(column))) else {
            return Err(Self::unknown(header));
        };
        let missing = kind.missing(header);
        if missing.is_empty() { Ok(kind) } else { Err(Refusal::missing_columns(kind, missing, header)) }
    }

    fn unknown(header: &Header) -> Refusal {
        // A foreign file has none of our columns; a report that lost one is told which kind it nearly is.
        let nearest = KINDS.iter().max_by_key(|kind| kind.required.iter().filter(|c| header.has(c)).count());
        match nearest {
            Some(kind) if kind.required.iter().any(|column| header.has(column)) => {
                Refusal::missing_columns(kind, kind.missing(header), header)
            }
            _ => Refusal::unknown_report(Self::all(), header),
        }
    }

    fn missing(&self, header: &Header) -> Vec<String> {
        let mut missing: Vec<String> = self.required.iter().filter(|column| !header.has(column)).cloned().collect();
        if !self.required_any.is_empty() && !self.required_any.iter().any(|column| header.has(column)) {
            missing.push(self.required_any.join(" or "));
        }
        missing
    }

    /// What the kind requires, for people.
    pub fn requires(&self) -> String {
        let mut requires = self.required.join(", ");
        if !self.required_any.is_empty() {
            requires = format!("{requires}, and {}", self.required_any.join(" or "));
        }
        requires
    }

    /// Recommended columns that the header lacks, and what answers lose without them.
    pub fn poorer_without<'a>(&'a self, header: &'a Header) -> impl Iterator<Item = (&'a str, &'a str)> {
        let absent = self.recommended.iter().filter(|column| !header.has(&column.column));
        absent.map(|column| (column.column.as_str(), column.costs.as_str()))
    }

    /// The fact table in which the rows land.
    pub fn table(&self) -> &'static FactTable {
        facts::table(&self.table).expect("a unit test reads every kind's table")
    }

    /// Whether a row without this column's value is a fault.
    pub(super) fn needs_value(&self, column: &str) -> bool {
        column == "creative_id" && self.required.iter().any(|required| required == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_names_columns_of_its_table() {
        for kind in ReportKind::all() {
            let table = kind.table();
            let recommended = kind.recommended.iter().map(|r| &r.column);
            for column in kind.recognised_by.iter().chain(&kind.required).chain(&kind.required_any).chain(recommended) {
                assert!(table.column(column).is_some(), "{}: {column}", kind.name);
            }
        }
    }
}
