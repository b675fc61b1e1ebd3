//! Findings of the rules in creatives, configs, countries, publishers and apps.

use super::super::fixture::world::{Cell, Record, World, record};
use super::group::{self, Group, float, money, number, of, pct, price, sum};
use super::targets::key;
use super::waste::thousand;
use super::{Fold, fold};
use crate::model::Thresholds;

pub(super) const FOLDS: &[(&str, Fold)] = &[
    ("v_creative_win_status", win_status),
    ("v_config_findings", config_findings),
    ("v_geo_findings", geo_findings),
    ("v_publisher_findings", publisher_findings),
    ("v_app_findings", |world| supply_findings(world, "v_waste_by_app", "app", true)),
];

fn win_status(world: &World) -> Vec<Record> {
    let limits = Thresholds::default();
    let status = |row: Record| {
        let status = as_float(&row, "win_rate_pct").map(|rate| match rate {
            rate if rate >= limits.win_great_pct => "great",
            rate if rate >= limits.win_ok_pct => "ok",
            _ => "review",
        });
        let mut row = only(&row, &["account_id", "creative_id", "reached_queries", "impressions", "win_rate_pct"]);
        row.insert("win_status".to_owned(), status.into());
        row
    };
    fold("v_waste_by_creative", world).into_iter().map(status).collect()
}

fn only(row: &Record, columns: &[&str]) -> Record {
    columns.iter().map(|column| ((*column).to_owned(), of(row, column))).collect()
}

fn as_float(row: &Record, column: &str) -> Option<f64> {
    if let Cell::Float(number) = of(row, column) { Some(number) } else { None }
}

fn config_findings(world: &World) -> Vec<Record> {
    let limits = Thresholds::default();
    let rows = fold("v_config_performance", world);
    let configs = group::by(&rows, |row| key(row, &["account_id", "config_id", "billing_id"]));
    let finding = |config: &Group<'_>| {
        let (reached, impressions) = (sum(&config.rows, "total_reached"), sum(&config.rows, "total_impressions"));
        let wasted = group::minus(reached, impressions);
        let (win, waste) = (pct(impressions, reached), pct(wasted, reached));
        let band = match (reached, &win) {
            (Some(reached), _) if reached < limits.config_band_reached => Some("low_volume"),
            (_, Cell::Float(win)) if *win >= limits.config_win_healthy_pct => Some("healthy"),
            (_, Cell::Float(win)) if *win >= limits.config_win_warning_pct => Some("warning"),
            (_, Cell::Float(_)) => Some("critical"),
            _ => None,
        };
        let severity = match &waste {
            Cell::Float(_) if reached.is_none_or(|reached| reached < limits.config_reached) => None,
            Cell::Float(waste) if *waste >= limits.config_waste_high_pct => Some("high"),
            Cell::Float(waste) if *waste >= limits.config_waste_medium_pct => Some("medium"),
            _ => None,
        };
        let mut row =
            only(config.rows[0], &["account_id", "config_id", "billing_id", "display_name", "user_name", "state"]);
        row.extend(record([
            ("reached_queries", reached.into()),
            ("impressions", impressions.into()),
            ("wasted_queries", wasted.into()),
            ("win_rate_pct", win),
            ("waste_rate_pct", waste),
            ("band", band.into()),
            ("rule", severity.map(|_| "waste").into()),
            ("severity", severity.into()),
        ]));
        row
    };
    configs.iter().map(finding).collect()
}

fn geo_findings(world: &World) -> Vec<Record> {
    let limits = Thresholds::default();
    let rows = fold("v_waste_by_country", world);
    let mut found = Vec::new();
    for account in group::by(&rows, |row| key(row, &["account_id"])) {
        let known = |column: &str| -> Vec<&Record> {
            account.rows.iter().copied().filter(|row| of(row, column) != Cell::Null).collect()
        };
        let (clicked, paid) = (known("clicks"), known("spend_micros"));
        let (clicks, shown) = (sum(&clicked, "clicks"), sum(&clicked, "impressions"));
        let (spent, paid_for) = (money(&paid, &["spend_micros"]).0[0], sum(&paid, "impressions"));
        let judged = account.rows.iter().filter(|row| {
            of(row, "country") != Cell::Null
                && of(row, "impressions").as_int().is_some_and(|shown| shown >= limits.geo_impressions)
        });
        for row in judged {
            let own = |column| group::ratio(of(row, column).as_int(), of(row, "impressions").as_int());
            let against = |own: Option<f64>, average: Option<f64>| Some(own? / average.filter(|it| *it != 0.0)?);
            let ctr = against(own("clicks"), group::ratio(clicks, shown));
            let cpm = against(own("spend_micros"), group::ratio(spent, paid_for));
            let below = |ratio: Option<f64>, limit: f64| ratio.is_some_and(|ratio| ratio < limit);
            let units = of(row, "spend_micros").as_int().map(|micros| float(micros) / 1e6);
            let rule = if below(ctr, limits.geo_exclude_ctr_ratio)
                && units.is_some_and(|units| units >= limits.geo_exclude_spend)
            {
                "exclude"
            } else if below(ctr, limits.geo_monitor_ctr_ratio) || below(cpm, limits.geo_monitor_cpm_ratio) {
                "monitor"
            } else if ctr.is_some_and(|ctr| ctr >= limits.geo_expand_ctr_ratio) {
                "expand"
            } else {
                "ok"
            };
            let severity = [("exclude", "high"), ("monitor", "medium"), ("expand", "low")];
            let severity = severity.iter().find(|(of, _)| *of == rule).map(|(_, severity)| *severity);
            let mut finding = only(
                row,
                &[
                    "account_id",
                    "country",
                    "reached_queries",
                    "impressions",
                    "clicks",
                    "spend_micros",
                    "currency",
                    "ctr_pct",
                    "cpm",
                ],
            );
            finding.extend(record([
                ("average_ctr_pct", pct(clicks, shown)),
                ("average_cpm", thousand(price(spent, paid_for))),
                ("ctr_ratio", number(ctr)),
                ("cpm_ratio", number(cpm)),
                ("rule", rule.into()),
                ("severity", severity.into()),
            ]));
            found.push(finding);
        }
    }
    found
}

/// Findings of performance reports in apps or publishers.
fn supply_findings(world: &World, view: &str, kind: &str, with_win_rate: bool) -> Vec<Record> {
    let limits = Thresholds::default();
    let (id, name) = (format!("{kind}_id"), format!("{kind}_name"));
    let mut found = Vec::new();
    for row in fold(view, world) {
        let at_least = |column: &str, limit: i64| of(&row, column).as_int().is_some_and(|number| number >= limit);
        let waste = as_float(&row, "waste_rate_pct");
        let blocked = waste.is_some_and(|waste| waste >= limits.publisher_waste_pct)
            && at_least("reached_queries", limits.publisher_reached);
        let unclicked =
            of(&row, "clicks") == Cell::Int(0) && at_least("impressions", limits.publisher_zero_click_impressions);
        let impressions = of(&row, "impressions").as_int().map(float);
        let zero_limit = float(limits.publisher_zero_click_impressions);
        let rules = [
            ("block", "high", blocked, waste, limits.publisher_waste_pct),
            ("zero_clicks", "medium", unclicked, impressions, zero_limit),
        ];
        if of(&row, &id) == Cell::Null && of(&row, &name) == Cell::Null {
            continue;
        }
        for (rule, severity, _, value, threshold) in rules.into_iter().filter(|rule| rule.2) {
            let mut finding = only(&row, &["account_id", &id, &name]);
            let figures = [
                "reached_queries",
                "impressions",
                "wasted_queries",
                "clicks",
                "spend_micros",
                "currency",
                "waste_rate_pct",
                "share_of_waste_pct",
            ];
            finding.extend(only(&row, &figures));
            if with_win_rate {
                finding.extend(only(&row, &["win_rate_pct"]));
            }
            finding.extend(record([
                ("rule", rule.into()),
                ("severity", severity.into()),
                ("value", number(value)),
                ("threshold", Cell::Float(threshold)),
            ]));
            found.push(finding);
        }
    }
    found
}

fn publisher_findings(world: &World) -> Vec<Record> {
    let limits = Thresholds::default();
    let mut found = supply_findings(world, "v_waste_by_publisher", "publisher", false);
    for row in fold("v_quality_by_publisher", world) {
        if of(&row, "publisher_id") == Cell::Null && of(&row, "publisher_name") == Cell::Null {
            continue;
        }
        let (seen, invalid) = (as_float(&row, "viewability_pct"), as_float(&row, "ivt_rate_pct"));
        let seen = seen.filter(|seen| *seen < limits.viewability_low_pct);
        let low = seen.map(|seen| ("low_viewability", "medium", seen, limits.viewability_low_pct));
        let invalid = invalid.filter(|rate| *rate >= limits.ivt_medium_pct).map(|rate| match rate {
            rate if rate >= limits.ivt_high_pct => ("ivt", "high", rate, limits.ivt_high_pct),
            rate => ("ivt", "medium", rate, limits.ivt_medium_pct),
        });
        for (rule, severity, value, threshold) in low.into_iter().chain(invalid) {
            let columns = ["account_id", "publisher_id", "publisher_name", "impressions", "spend_micros", "currency"];
            let mut finding = only(&row, &columns);
            let unknown = ["reached_queries", "wasted_queries", "clicks", "waste_rate_pct", "share_of_waste_pct"];
            finding.extend(unknown.map(|column| (column.to_owned(), Cell::Null)));
            finding.extend(record([
                ("rule", rule.into()),
                ("severity", severity.into()),
                ("value", Cell::Float(value)),
                ("threshold", Cell::Float(threshold)),
            ]));
            found.push(finding);
        }
    }
    found
}
