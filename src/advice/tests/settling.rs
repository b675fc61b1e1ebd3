//! The lifecycle: by hand, and random findings over random days against a naive model.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{ONE, finding, noon, picture};
use crate::advice::{Places, compose, settle};
use crate::entities::recommendations::{
    Advice, AdviceKind, AdviceSeverity, Closed, Recommendation, RecommendationStatus, TargetType,
};
use crate::model::Thresholds;

/// Advice about one app that wastes so many queries a day, all that it reaches, found by these rules.
fn advice(app: &str, daily: i64, rules: &[&str]) -> Vec<Advice> {
    let (thresholds, places, campaigns) = (Thresholds::default(), Places::new(), BTreeMap::new());
    let found: Vec<_> = rules.iter().map(|rule| (finding(rule, TargetType::App, app, daily * 7, 0), 7)).collect();
    compose(&picture(&thresholds, &places, &campaigns), &found)
}

/// As the repository closes it.
fn close(one: &mut Recommendation, status: RecommendationStatus) {
    one.status = status;
    one.closed = status.is_closed().then(|| Closed {
        evidence_hash: one.advice.evidence_hash.clone(),
        severity: one.advice.severity,
        wasted_queries_daily: one.advice.wasted_queries_daily,
        rules: one.advice.rules(),
    });
}

fn settled(stored: Vec<Recommendation>, found: Vec<Advice>, day: i64) -> Vec<Recommendation> {
    settle(ONE, stored, found, &Thresholds::default(), noon(day))
}

/// Closed at 20,000 wasted queries a day; then this is found.
#[track_caller]
fn reopens(found: Vec<Advice>) -> bool {
    let mut stored = settled(Vec::new(), advice("a", 20_000, &["app_block"]), 0);
    close(&mut stored[0], RecommendationStatus::Resolved);
    stored[0].notes = Some("done".to_owned());
    let after = settled(stored, found, 1);
    assert_eq!(after.len(), 1);
    let is_open = after[0].status == RecommendationStatus::New;
    assert_eq!(after[0].notes.is_none(), is_open, "what was said of it goes with it");
    assert_eq!(after[0].closed.is_none(), is_open);
    is_open
}

#[test]
fn closed_advice_comes_back_only_with_new_evidence() {
    let block = ["app_block"];
    assert!(!reopens(advice("a", 20_000, &block)), "a new day with the same picture");
    assert!(!reopens(advice("a", 19_000, &block)), "less");
    assert!(!reopens(advice("a", 29_999, &block)), "just below half as much again");
    assert!(reopens(advice("a", 30_000, &block)), "half as much again");
    assert!(reopens(advice("a", 50_000, &block)), "it weighs more");
    assert!(reopens(advice("a", 20_000, &["app_block", "app_zero_clicks"])), "another rule speaks");
    assert!(!reopens(advice("a", 100, &block)), "it weighs less");
}

#[test]
fn few_queries_more_are_no_new_evidence_however_much_they_grow() {
    for (was, now, comes_back) in [(100, 1_000, false), (100, 1_099, false), (100, 1_100, true), (0, 1_000, true)] {
        let mut stored = settled(Vec::new(), advice("a", was, &["app_block"]), 0);
        close(&mut stored[0], RecommendationStatus::Dismissed);
        let after = settled(stored, advice("a", now, &["app_block"]), 1);
        assert_eq!(after[0].status == RecommendationStatus::New, comes_back, "{was} to {now}");
    }
}

#[test]
fn what_is_not_found_ends_and_is_kept_and_comes_back_as_it_was() {
    let mut stored = settled(Vec::new(), advice("a", 20_000, &["app_block"]), 0);
    close(&mut stored[0], RecommendationStatus::Acknowledged);
    let ended = settled(stored, Vec::new(), 1);
    assert_eq!((ended.len(), ended[0].expires_at, ended[0].is_listed()), (1, Some(noon(1)), false));
    let ended = settled(ended, Vec::new(), 2);
    assert_eq!(ended[0].expires_at, Some(noon(1)), "it ended once");
    let back = settled(ended, advice("a", 20_000, &["app_block"]), 3);
    assert_eq!((back[0].expires_at, back[0].status), (None, RecommendationStatus::Acknowledged));
    assert_eq!((back[0].generated_at, back[0].is_listed()), (noon(3), true));
}

#[test]
fn the_most_wasteful_stands_first() {
    let found = [advice("a", 10, &["app_block"]), advice("b", 30, &["app_block"]), advice("c", 20, &["app_block"])];
    let order: Vec<String> =
        settled(Vec::new(), found.concat(), 0).into_iter().map(|one| one.advice.target_id).collect();
    assert_eq!(order, ["b", "c", "a"]);
}

const APPS: [&str; 4] = ["a", "b", "c", "d"];
const RULES: [&str; 2] = ["app_block", "app_zero_clicks"];
const DAILY: [i64; 8] = [0, 90, 9_999, 10_000, 14_999, 15_000, 60_000, 120_000];

/// What happens on a day: findings (app, rule, wasted queries a day), then what somebody says of an app.
type DayOf = (Vec<(usize, usize, usize)>, Option<(usize, usize)>);

fn days() -> impl Strategy<Value = Vec<DayOf>> {
    let found = prop::collection::vec((0..APPS.len(), 0..RULES.len(), 0..DAILY.len()), 0..8);
    prop::collection::vec((found, prop::option::of((0..APPS.len(), 0..4_usize))), 1..12)
}

/// The naive model of one app.
#[derive(Clone, Debug, Default)]
struct Model {
    is_known: bool,
    status: Option<RecommendationStatus>,
    holds: bool,
    severity: Option<AdviceSeverity>,
    daily: i64,
    rules: Vec<usize>,
    /// Severity, wasted queries and rules when it was closed.
    closed: Option<(AdviceSeverity, i64, Vec<usize>)>,
}

fn severity_of(daily: i64) -> AdviceSeverity {
    match daily {
        100_000.. => AdviceSeverity::Critical,
        50_000.. => AdviceSeverity::High,
        10_000.. => AdviceSeverity::Medium,
        _ => AdviceSeverity::Low,
    }
}

impl Model {
    fn look(&mut self, found: &[(usize, i64)]) {
        self.holds = !found.is_empty();
        if found.is_empty() {
            return;
        }
        // The worst of all that was found of a rule first: the first of a rule is kept.
        let mut first: BTreeMap<usize, i64> = BTreeMap::new();
        for (rule, daily) in found {
            first.entry(*rule).or_insert(*daily);
        }
        self.daily = *first.values().max().unwrap();
        self.severity = Some(severity_of(self.daily));
        self.rules = first.keys().copied().collect();
        let reopens = match &self.closed {
            None => false,
            Some((severity, daily, rules)) => {
                let more = self.daily - daily;
                self.severity.unwrap() > *severity
                    || self.rules.iter().any(|rule| !rules.contains(rule))
                    || (more >= 1_000 && more * 2 >= *daily)
            }
        };
        if !self.is_known || reopens {
            self.status = Some(RecommendationStatus::New);
            self.closed = None;
        }
        self.is_known = true;
    }

    fn say(&mut self, status: RecommendationStatus) {
        if !self.is_known {
            return;
        }
        self.status = Some(status);
        self.closed = status.is_closed().then(|| (self.severity.unwrap(), self.daily, self.rules.clone()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_findings_over_random_days_end_as_the_naive_model_says(days in days()) {
        let (thresholds, places, campaigns) = (Thresholds::default(), Places::new(), BTreeMap::new());
        let mut models = vec![Model::default(); APPS.len()];
        let mut stored: Vec<Recommendation> = Vec::new();
        for (day, (found, said)) in days.into_iter().enumerate() {
            let of = |(app, rule, daily): &(usize, usize, usize)| {
                (finding(RULES[*rule], TargetType::App, APPS[*app], DAILY[*daily] * 7, 0), 7)
            };
            let findings: Vec<_> = found.iter().map(of).collect();
            stored = settled(stored, compose(&picture(&thresholds, &places, &campaigns), &findings), day as i64);
            for (app, model) in models.iter_mut().enumerate() {
                let own: Vec<(usize, i64)> =
                    found.iter().filter(|one| one.0 == app).map(|one| (one.1, DAILY[one.2])).collect();
                model.look(&own);
            }
            if let Some((app, status)) = said {
                let status = RecommendationStatus::ALL[status];
                models[app].say(status);
                if let Some(one) = stored.iter_mut().find(|one| one.advice.target_id == APPS[app]) {
                    close(one, status);
                }
            }
            // One for each type and target, each under its own id.
            let mut ids: Vec<&str> = stored.iter().map(|one| one.advice.recommendation_id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), stored.len());
            prop_assert!(stored.iter().all(|one| one.advice.kind == AdviceKind::AppBlock));
            prop_assert!(stored.is_sorted_by(|a, b| a.advice.wasted_qps >= b.advice.wasted_qps));
            for (app, model) in models.iter().enumerate() {
                let one = stored.iter().find(|one| one.advice.target_id == APPS[app]);
                prop_assert_eq!(one.is_some(), model.is_known);
                let Some(one) = one else { continue };
                prop_assert_eq!(Some(one.status), model.status, "{} on day {}", APPS[app], day);
                prop_assert_eq!(one.expires_at.is_none(), model.holds);
                prop_assert_eq!(Some(one.advice.severity), model.severity);
                prop_assert_eq!(one.advice.wasted_queries_daily, model.daily);
                prop_assert_eq!(one.advice.evidence.len(), model.rules.len());
            }
        }
    }
}
