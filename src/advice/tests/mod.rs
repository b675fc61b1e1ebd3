//! Advice over hand-made findings, and over random ones against a naive model.

mod accepting;
mod composing;
mod settling;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{Finding, Picture, Places};
use crate::entities::recommendations::{AdviceSeverity, Comparison, TargetType};
use crate::model::{AccountId, Thresholds};

const ONE: AccountId = AccountId::FIRST;

/// Noon of a day.
fn noon(day: i64) -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day)
}

/// What a rule finds of a target.
fn finding(rule: &str, target_type: TargetType, target: &str, reached: i64, impressions: i64) -> Finding {
    Finding {
        rule: rule.to_owned(),
        rule_severity: Some(AdviceSeverity::Medium),
        rule_confidence: None,
        target_type,
        target_id: target.to_owned(),
        target_name: None,
        has_id: true,
        reached_queries: Some(reached),
        impressions: Some(impressions),
        wasted_spend_micros: None,
        metric_name: "waste_rate_pct".to_owned(),
        metric_value: 92.5,
        threshold: 80.0,
        comparison: Comparison::Above,
        sample_size: Some(reached),
    }
}

/// Advice of account 1 over 7 days with data, of a million wasted queries in all.
fn picture<'a>(
    thresholds: &'a Thresholds,
    places: &'a Places,
    campaigns: &'a BTreeMap<String, Vec<String>>,
) -> Picture<'a> {
    Picture {
        account: ONE,
        thresholds,
        wasted_queries: 1_000_000,
        days: 7,
        before: None,
        places,
        campaigns,
        own_sizes: &[],
    }
}
