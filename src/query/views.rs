//! The semantic layer: `sql/views/*.sql`, each metric defined once, and `sql/rules/*.sql`, the rules over them.
//!
//! A view is its file; adding one is a file and a line in [`FILES`]. Views stand after those they read.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;

const FILES: &[(&str, &str)] = &[
    ("v_performance", include_str!("../../sql/views/v_performance.sql")),
    ("v_rtb_daily", include_str!("../../sql/views/v_rtb_daily.sql")),
    ("v_config_performance", include_str!("../../sql/views/v_config_performance.sql")),
    ("v_waste_by_size", include_str!("../../sql/views/v_waste_by_size.sql")),
    ("v_waste_by_country", include_str!("../../sql/views/v_waste_by_country.sql")),
    ("v_waste_by_publisher", include_str!("../../sql/views/v_waste_by_publisher.sql")),
    ("v_waste_by_app", include_str!("../../sql/views/v_waste_by_app.sql")),
    ("v_waste_by_creative", include_str!("../../sql/views/v_waste_by_creative.sql")),
    ("v_waste_by_platform", include_str!("../../sql/views/v_waste_by_platform.sql")),
    ("v_waste_by_environment", include_str!("../../sql/views/v_waste_by_environment.sql")),
    ("v_waste_by_hour", include_str!("../../sql/views/v_waste_by_hour.sql")),
    ("v_waste_by_day", include_str!("../../sql/views/v_waste_by_day.sql")),
    ("v_campaign_performance", include_str!("../../sql/views/v_campaign_performance.sql")),
    ("v_servable_sizes", include_str!("../../sql/views/v_servable_sizes.sql")),
    ("v_size_coverage", include_str!("../../sql/views/v_size_coverage.sql")),
    ("v_unservable", include_str!("../../sql/views/v_unservable.sql")),
    ("v_funnel_by_day", include_str!("../../sql/views/v_funnel_by_day.sql")),
    ("v_funnel_by_country", include_str!("../../sql/views/v_funnel_by_country.sql")),
    ("v_funnel_by_hour", include_str!("../../sql/views/v_funnel_by_hour.sql")),
    ("v_funnel_by_publisher", include_str!("../../sql/views/v_funnel_by_publisher.sql")),
    ("v_bids_by_creative", include_str!("../../sql/views/v_bids_by_creative.sql")),
    ("v_bids_by_country", include_str!("../../sql/views/v_bids_by_country.sql")),
    ("v_bid_filtering", include_str!("../../sql/views/v_bid_filtering.sql")),
    ("v_quality_by_publisher", include_str!("../../sql/views/v_quality_by_publisher.sql")),
    ("v_quality_by_config", include_str!("../../sql/views/v_quality_by_config.sql")),
    ("v_quality_by_creative", include_str!("../../sql/views/v_quality_by_creative.sql")),
    ("v_conversions_by_creative", include_str!("../../sql/views/v_conversions_by_creative.sql")),
    ("v_size_gaps", include_str!("../../sql/rules/v_size_gaps.sql")),
    ("v_creative_sizes", include_str!("../../sql/rules/v_creative_sizes.sql")),
    ("v_problem_formats", include_str!("../../sql/rules/v_problem_formats.sql")),
    ("v_config_findings", include_str!("../../sql/rules/v_config_findings.sql")),
    ("v_geo_findings", include_str!("../../sql/rules/v_geo_findings.sql")),
    ("v_publisher_findings", include_str!("../../sql/rules/v_publisher_findings.sql")),
    ("v_app_findings", include_str!("../../sql/rules/v_app_findings.sql")),
    ("v_creative_win_status", include_str!("../../sql/rules/v_creative_win_status.sql")),
    ("v_target_days", include_str!("../../sql/rules/v_target_days.sql")),
    ("v_creative_figures", include_str!("../../sql/rules/v_creative_figures.sql")),
    ("v_creative_signals", include_str!("../../sql/rules/v_creative_signals.sql")),
    ("v_fraud_figures", include_str!("../../sql/rules/v_fraud_figures.sql")),
    ("v_fraud_signals", include_str!("../../sql/rules/v_fraud_signals.sql")),
    ("v_fraud_scores", include_str!("../../sql/rules/v_fraud_scores.sql")),
];

/// One view.
#[derive(Debug)]
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    /// Parsed once for the process.
    pub(super) statement: Statement,
    /// Tables and views it names.
    pub(super) reads: BTreeSet<String>,
}

static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| FILES.iter().map(|(name, sql)| parse(name, sql)).collect());

fn parse(name: &'static str, sql: &'static str) -> View {
    let statement = DFParser::parse_sql(sql).ok().and_then(|mut statements| statements.pop_front());
    let statement = statement.expect("sql/views is part of the program and read by a unit test");
    let reads = resolve_table_references(&statement, true).map(|(tables, _)| tables).unwrap_or_default();
    View { name, sql, statement, reads: reads.iter().map(|table| table.table().to_owned()).collect() }
}

/// All views, those read by others first.
pub(super) fn all() -> &'static [View] {
    &VIEWS
}

/// The names, and all that the views among them read, directly or through other views.
pub(super) fn closure(names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = names.into_iter().collect();
    for view in all().iter().rev() {
        if found.contains(view.name) {
            found.extend(view.reads.iter().cloned());
        }
    }
    found
}

/// The tables behind a name: those of a view, or 1.
pub(super) fn weight(name: &str) -> usize {
    all().iter().find(|view| view.name == name).map_or(1, |view| view.reads.iter().map(|read| weight(read)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_file_is_listed_and_says_what_it_is() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let on_disk: BTreeSet<String> = ["sql/views", "sql/rules"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let listed: BTreeSet<String> = all().iter().map(|view| view.name.to_owned()).collect();
        assert_eq!(on_disk, listed);
        for view in all() {
            assert!(view.sql.starts_with(&format!("-- {}: ", view.name)), "{} begins with its name", view.name);
        }
    }

    #[test]
    fn a_view_stands_after_those_it_reads_and_its_tables_are_counted() {
        for (place, view) in all().iter().enumerate() {
            for later in &all()[place..] {
                assert!(!view.reads.contains(later.name), "{} reads {}, which stands later", view.name, later.name);
            }
        }
        assert_eq!(weight("rtb_daily"), 1);
        assert_eq!(weight("v_config_performance"), 2);
        let reads = closure(["v_config_performance".to_owned()]);
        assert!(reads.contains("rtb_daily") && reads.contains("pretargeting_configs"), "{reads:?}");
    }
}
