//! What Cat-Scan knows about reports, read from texts: `schema/reports/columns.toml` and one text per kind.
//!
//! The program's own rules are [`ReportRules::built_in`]; others are read by [`ReportRules::from_texts`] with the same
//! checks. A kind or an alias is a line of TOML.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::columns::{ColumnRules, Columns, comparable};
use super::{ReportKind, vocabulary};
use crate::model::facts::{self, ValueType};

/// The columns and kinds of reports.
#[derive(Debug)]
pub struct ReportRules {
    pub(super) columns: Columns,
    kinds: Vec<ReportKind>,
}

/// The kinds, in the order in which they are tried: the first that fits wins.
const KINDS: &[&str] = &[
    include_str!("../../schema/reports/bid_filtering.toml"),
    include_str!("../../schema/reports/quality.toml"),
    include_str!("../../schema/reports/funnel_publisher.toml"),
    include_str!("../../schema/reports/funnel_geo.toml"),
    include_str!("../../schema/reports/performance.toml"),
    include_str!("../../schema/reports/bids.toml"),
    include_str!("../../schema/reports/bidder.toml"),
];

static BUILT_IN: LazyLock<ReportRules> = LazyLock::new(|| {
    ReportRules::from_texts(ReportRules::COLUMNS, ReportRules::KINDS)
        .expect("schema/reports is part of the program and read by a unit test")
});

/// Why texts are no rules of reports.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// A text is no TOML, or lacks a key, or has one too many.
    #[error("cannot read {text}: {source}")]
    Toml {
        /// Which text.
        text: String,
        /// What is wrong where.
        source: toml::de::Error,
    },
    /// Two columns claim one header.
    #[error("the header '{header}' stands for {first} and for {second}: take it out of one")]
    HeaderTwice {
        /// The header in its comparable form.
        header: String,
        /// The column that had it.
        first: String,
        /// The column that names it, too.
        second: String,
    },
    /// A column that no fact table has.
    #[error("no fact table has the column {0}: see schema/facts")]
    NoSuchColumn(String),
    /// A vocabulary that does not exist.
    #[error("the column {column} names the vocabulary {vocabulary}, which is not in schema/reports/vocabulary")]
    NoSuchVocabulary {
        /// The column.
        column: String,
        /// What it names.
        vocabulary: String,
    },
    /// A kind names a table or columns that do not exist, or the name of another kind.
    #[error("the kind {kind}: {what}")]
    Kind {
        /// Its name.
        kind: String,
        /// What is wrong.
        what: String,
    },
}

impl ReportRules {
    /// The text of `schema/reports/columns.toml`.
    pub const COLUMNS: &str = include_str!("../../schema/reports/columns.toml");
    /// The texts of the program's kinds, in the order in which they are tried.
    pub const KINDS: &[&str] = KINDS;

    /// The rules of this program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Rules from the text of the columns and one text per kind, in the order in which kinds are tried.
    pub fn from_texts(columns: &str, kinds: &[&str]) -> Result<Self, RulesError> {
        let toml = |text: String| |source| RulesError::Toml { text, source };
        let mut columns: Columns = toml::from_str(columns).map_err(toml("columns.toml".to_owned()))?;
        for rules in columns.values_mut() {
            rules.comparable = rules.headers.iter().map(|header| comparable(header)).collect();
        }
        let number = |(at, text): (usize, &&str)| toml::from_str(text).map_err(toml(format!("kind {}", at + 1)));
        let kinds = kinds.iter().enumerate().map(number).collect::<Result<_, _>>()?;
        let rules = Self { columns, kinds };
        rules.check_columns()?;
        rules.check_kinds()?;
        Ok(rules)
    }

    fn check_columns(&self) -> Result<(), RulesError> {
        let mut seen: BTreeMap<String, &String> = BTreeMap::new();
        for (column, rules) in &self.columns {
            if facts::tables().iter().all(|table| table.column(column).is_none()) {
                return Err(RulesError::NoSuchColumn(column.clone()));
            }
            if let Some(vocabulary) = rules.vocabulary.as_ref().filter(|name| !vocabulary::exists(name)) {
                return Err(RulesError::NoSuchVocabulary { column: column.clone(), vocabulary: vocabulary.clone() });
            }
            for header in &rules.comparable {
                if let Some(first) = seen.insert(header.clone(), column) {
                    let header = header.clone();
                    return Err(RulesError::HeaderTwice { header, first: first.clone(), second: column.clone() });
                }
            }
        }
        Ok(())
    }

    fn check_kinds(&self) -> Result<(), RulesError> {
        for (at, kind) in self.kinds.iter().enumerate() {
            let refused = |what: String| Err(RulesError::Kind { kind: kind.name.clone(), what });
            if self.kinds[..at].iter().any(|other| other.name == kind.name) {
                return refused("there are two of that name".to_owned());
            }
            let Some(table) = facts::table(&kind.table) else {
                return refused(format!("there is no fact table {}: see schema/facts", kind.table));
            };
            for column in kind.columns() {
                if table.column(column).is_none() {
                    return refused(format!("the table {} has no column {column}", table.name));
                }
            }
            if let Some(column) = kind.forbidden_columns().find(|column| !self.columns.contains_key(*column)) {
                return refused(format!("no header stands for the column {column}"));
            }
            let needed =
                table.stored_columns().filter(|column| !column.nullable && column.value_type == ValueType::Text);
            for column in needed {
                if !kind.needs_value(&column.name) {
                    return refused(format!("{} is never null in {}, so it must be required", column.name, table.name));
                }
            }
        }
        Ok(())
    }

    /// All kinds, in the order in which they are tried.
    pub fn kinds(&self) -> &[ReportKind] {
        &self.kinds
    }

    /// The kind of that name.
    pub fn kind(&self, name: &str) -> Option<&ReportKind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// The column that a header stands for.
    pub(super) fn column_of(&self, header: &str) -> Option<&str> {
        let header = comparable(header);
        let named = |rules: &ColumnRules| rules.comparable.contains(&header);
        self.columns.iter().find(|(_, rules)| named(rules)).map(|(column, _)| column.as_str())
    }

    /// What reports call the column: its most preferred header.
    pub(super) fn header_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.columns.get(column).and_then(|rules| rules.headers.first()).map_or(column, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(columns: &str, kinds: &[&str]) -> String {
        ReportRules::from_texts(columns, kinds).unwrap_err().to_string()
    }

    #[test]
    fn the_programs_own_rules_are_sound_and_every_file_is_read() {
        let names: Vec<_> = ReportRules::built_in().kinds().iter().map(|kind| kind.name.as_str()).collect();
        let order = ["bid_filtering", "quality", "funnel_publisher", "funnel_geo", "performance", "bids", "bidder"];
        assert_eq!(names, order);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/reports");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(stem) = name.strip_suffix(".toml") else { continue };
            assert!(["columns", "currencies"].contains(&stem) || names.contains(&stem), "{name} is not listed");
        }
    }

    #[test]
    fn rules_that_cannot_hold_are_refused_and_named() {
        let twice = "[clicks]\nheaders = [\"Taps\"]\n[impressions]\nheaders = [\"taps\"]\n";
        assert!(refusal(twice, &[]).contains("'taps' stands for clicks and for impressions"));
        assert!(refusal("[taps]\nheaders = []\n", &[]).contains("no fact table has the column taps"));
        assert!(refusal("[clicks]\nheaders = []\nvocabulary = \"taps\"\n", &[]).contains("vocabulary taps"));
        assert!(refusal("[clicks]\nheader = []\n", &[]).contains("columns.toml"));
        let kind = |table: &str, column: &str| {
            format!(
                "name = \"x\"\ntitle = \"x\"\ntable = \"{table}\"\nrequired = [\"{column}\"]\nfix = \"\"\n\
                 [[recognised_by]]\nall = [\"{column}\"]\n"
            )
        };
        let of = |kind: &str| refusal(ReportRules::COLUMNS, &[kind]);
        assert!(of(&kind("rtb_dayly", "bids")).contains("there is no fact table rtb_dayly"));
        assert!(of(&kind("rtb_funnel", "creative_id")).contains("rtb_funnel has no column creative_id"));
        assert!(of(&kind("rtb_daily", "bids")).contains("creative_id is never null in rtb_daily"));
        let funnel = kind("rtb_funnel", "bids");
        assert!(refusal(ReportRules::COLUMNS, &[&funnel, &funnel]).contains("two of that name"));
    }
}
