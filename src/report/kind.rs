//! Report kinds as data: `schema/reports/<kind>.toml` says how a kind is recognised and what it requires.

use serde::Deserialize;

use super::recognition::Recognition;
use super::{Header, KindName, Refusal, ReportRules, unknown};
use crate::model::facts::{self, FactTable};

/// A kind of report (DOMAIN: performance, bids, …) and where its rows land.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportKind {
    /// The kind's name in SQL, paths and answers.
    pub name: String,
    /// What people call it.
    pub title: String,
    pub(super) table: String,
    /// A header that fits one of these is of this kind; kinds are tried in order.
    recognised_by: Vec<Recognition>,
    /// Columns without which the report cannot be imported.
    required: Vec<String>,
    /// At least one of these must stand, where any are named.
    #[serde(default)]
    required_any: Vec<String>,
    #[serde(default)]
    recommended: Vec<Recommended>,
    /// What cannot be is an error, not a warning: the report's author can repair it.
    #[serde(default)]
    pub strict: bool,
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

impl ReportKind {
    /// The first kind that the header fits, with all that it requires; else a refusal that says what is missing.
    pub fn recognise(header: &Header) -> Result<&'static Self, Refusal> {
        let rules: &'static ReportRules = header.rules;
        let Some(kind) = rules.kinds().iter().find(|kind| kind.recognised_by.iter().any(|by| by.fits(header))) else {
            return Err(unknown::refusal(header));
        };
        let missing = kind.missing(header);
        if missing.is_empty() { Ok(kind) } else { Err(Refusal::missing_columns(kind, missing, header)) }
    }

    /// The kind of that name, for a report that this program made as such: its header needs only all that it requires.
    pub fn made_as(name: KindName, header: &Header) -> Result<&'static Self, Refusal> {
        let rules: &'static ReportRules = header.rules;
        let kind = rules.kind(name.as_str()).ok_or_else(|| unknown::refusal(header))?;
        let missing = kind.missing(header);
        if missing.is_empty() { Ok(kind) } else { Err(Refusal::missing_columns(kind, missing, header)) }
    }

    fn missing(&self, header: &Header) -> Vec<String> {
        let mut missing: Vec<String> = self.required.iter().filter(|column| !header.has(column)).cloned().collect();
        if !self.required_any.is_empty() && !self.required_any.iter().any(|column| header.has(column)) {
            missing.push(self.required_any.join(" or "));
        }
        missing
    }

    /// What keeps the header from being of this kind, by the way that is nearest, and from being imported, in the words
    /// of reports.
    pub(super) fn lacks(&self, header: &Header) -> Vec<String> {
        let ways = self.recognised_by.iter().map(|by| by.lacks(header));
        let mut lacks = ways.min_by_key(Vec::len).unwrap_or_default();
        for column in self.required.iter().filter(|column| !header.has(column)) {
            let name = header.rules.header_of(column).to_owned();
            if !lacks.contains(&name) && !self.spells(column, header.rules) {
                lacks.push(name);
            }
        }
        if !self.required_any.is_empty() && !self.required_any.iter().any(|column| header.has(column)) {
            let any: Vec<_> = self.required_any.iter().map(|column| header.rules.header_of(column)).collect();
            lacks.push(any.join(" or "));
        }
        lacks
    }

    /// Whether the kind is recognised by the spelling of this column's header.
    fn spells(&self, column: &str, rules: &ReportRules) -> bool {
        let spelled = self.recognised_by.iter().flat_map(|by| &by.spelled);
        spelled.into_iter().any(|header| rules.column_of(header) == Some(column))
    }

    /// Recommended columns that the header lacks, and what answers lose without them.
    pub fn poorer_without<'a>(&'a self, header: &'a Header) -> impl Iterator<Item = (&'a str, &'a str)> {
        let absent = self.recommended.iter().filter(|column| !header.has(&column.column));
        absent.map(|column| (column.column.as_str(), column.costs.as_str()))
    }

    /// The fact table in which the rows land.
    pub fn table(&self) -> &'static FactTable {
        facts::table(&self.table).expect("the rules of reports are read only where every kind's table exists")
    }

    /// Whether a row without this column's value is a fault.
    pub(super) fn needs_value(&self, column: &str) -> bool {
        column == "creative_id" && self.required.iter().any(|required| required == column)
    }

    /// Every column of its own that the kind names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &String> {
        let ways = self.recognised_by.iter().flat_map(|by| by.all.iter().chain(&by.any));
        let recommended = self.recommended.iter().map(|recommended| &recommended.column);
        ways.chain(&self.required).chain(&self.required_any).chain(recommended)
    }

    /// Columns by whose absence the kind is recognised.
    pub(super) fn forbidden_columns(&self) -> impl Iterator<Item = &String> {
        self.recognised_by.iter().flat_map(|by| &by.none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn kind(header: &str) -> &'static str {
        let header = Header::read(format!("{header}\n").as_bytes(), true).unwrap();
        ReportKind::recognise(&header).map_or_else(|refusal| refusal.code, |kind| &kind.name)
    }

    #[test]
    fn the_first_kind_that_fits_wins() {
        assert_eq!(kind("Day,Bid filtering reason,Bids,Creative ID,Billing ID"), "bid_filtering");
        assert_eq!(kind("Day,Filtering reason,Bids"), "bid_filtering");
        assert_eq!(kind("Day,Publisher ID,Impressions,IVT credited impressions"), "quality");
        assert_eq!(kind("Day,Billing ID,Creative ID,Country,Impressions,Pre-filtered impressions"), "quality");
        assert_eq!(kind("Day,Bid requests,Publisher ID"), "funnel_publisher");
        assert_eq!(kind("Day,Country,Bid requests"), "funnel_geo");
        assert_eq!(kind("Day,Hour,Bid requests,Publisher name"), "funnel_geo");
        assert_eq!(kind("Day,Billing ID,Creative ID,Impressions"), "performance");
        assert_eq!(kind("Day,Creative ID,Auctions won"), "bids");
        assert_eq!(kind("creative_id,date,impressions"), "bidder");
    }

    #[test]
    fn viewability_makes_a_quality_report_only_without_country_publisher_and_app() {
        let viewable = "Day,Billing ID,Creative ID,Impressions,Active view viewable";
        assert_eq!(kind(viewable), "quality");
        for column in ["Country", "Geo", "Publisher ID", "Publisher name", "Mobile app ID", "Mobile app name"] {
            assert_eq!(kind(&format!("{viewable},{column}")), "performance", "{column}");
        }
        assert_eq!(kind("Day,Creative ID,Impressions,Active view viewable"), "unknown_report");
    }

    #[test]
    fn the_bidders_own_export_is_in_lower_case() {
        assert_eq!(kind("Creative ID,Date,Impressions,Clicks,Spend"), "unknown_report");
        assert_eq!(kind("\u{feff}creative_id,date,impressions,clicks,spend,geography,device_type,hour"), "bidder");
        assert_eq!(kind("creative_id,date,colour"), "missing_columns");
    }

    #[test]
    fn a_kind_that_lacks_what_it_requires_is_refused() {
        for header in ["Bid filtering reason,Bids", "Day,IVT credited impressions,Impressions", "Day,Bid requests"] {
            assert_eq!(kind(header), "missing_columns", "{header}");
        }
    }
}
