//! One recommendation for each type and target.

use std::collections::BTreeMap;

use super::{ONE, finding, picture};
use crate::advice::{Finding, Place, Places, compose, recommendation_id};
use crate::entities::recommendations::{
    ActionType, Advice, AdviceKind, AdviceSeverity, Confidence, ConfigShare, TargetType,
};
use crate::model::{AccountId, Micros, Thresholds};

fn composed(findings: &[(Finding, i64)]) -> Vec<Advice> {
    let (thresholds, places, campaigns) = (Thresholds::default(), Places::new(), BTreeMap::new());
    compose(&picture(&thresholds, &places, &campaigns), findings)
}

#[test]
fn figures_become_impact_and_words() {
    let of = finding("publisher_block", TargetType::Publisher, "pub-1", 800_000, 100_000);
    let of = Finding { target_name: Some("Nova".to_owned()), ..of };
    let (thresholds, campaigns) = (Thresholds::default(), BTreeMap::from([("cr".to_owned(), vec!["3".to_owned()])]));
    let configs = vec![ConfigShare { billing_id: "91".to_owned(), wasted_queries: 7 }];
    let place = Place { configs: configs.clone(), creatives: vec!["cr".to_owned(), "alone".to_owned()] };
    let places = Places::from([((TargetType::Publisher, "pub-1".to_owned()), place)]);
    let advice = compose(&picture(&thresholds, &places, &campaigns), &[(of, 7)]).remove(0);
    // 700,000 of 800,000 in 7 days: 87.5 % and 100,000 a day.
    assert_eq!((advice.kind, advice.severity), (AdviceKind::PublisherBlock, AdviceSeverity::High));
    assert_eq!((advice.wasted_queries_daily, advice.wasted_qps), (100_000, 700_000.0 / 604_800.0));
    assert_eq!((advice.percent_of_total_waste, advice.confidence), (70.0, Confidence::High));
    assert_eq!(advice.title, "Publisher Nova wastes 92.5 % of what it brings");
    assert!(advice.description.starts_with("100,000 queries a day are not won."), "{}", advice.description);
    let action = &advice.actions[0];
    assert_eq!((action.action_type, action.target_name.as_str()), (ActionType::Block, "Nova"));
    assert_eq!(action.pretargeting_field.as_deref(), Some("publisher_targeting_values"));
    assert!(action.api_example.as_deref().unwrap().contains("pub-1"));
    assert_eq!((advice.affected_campaigns.0, advice.configs), (vec!["3".to_owned()], configs));
    assert_eq!(advice.evidence[0].trend, None, "the days before have no data");
}

#[test]
fn several_rules_of_one_target_are_one_recommendation_led_by_the_worst() {
    let block = finding("publisher_block", TargetType::Publisher, "p", 50_000, 10_000);
    let clicks = finding("publisher_zero_clicks", TargetType::Publisher, "p", 50_000, 10_000);
    let clicks = Finding {
        rule_severity: Some(AdviceSeverity::High),
        wasted_spend_micros: Some(9_000_000),
        metric_name: "impressions_without_click".to_owned(),
        metric_value: 10_000.0,
        ..clicks
    };
    let found = composed(&[(block.clone(), 3), (clicks, 3), (block, 3)]);
    assert_eq!(found.len(), 1);
    let advice = &found[0];
    let rules: Vec<&str> = advice.evidence.iter().map(|evidence| evidence.rule.as_str()).collect();
    assert_eq!(rules, ["publisher_zero_clicks", "publisher_block"], "each once, the worst first");
    assert_eq!(advice.title, "Publisher p has 10,000 impressions and no click");
    assert_eq!(advice.wasted_spend_micros, Micros(9_000_000));
    assert_eq!(advice.potential_savings_monthly_micros, Micros(90_000_000), "of 3 days");
    assert_eq!(advice.confidence, Confidence::Medium);
    // 40,000 in 3 days at 80 %: not 50,000 a day, so medium, whatever the rule says.
    assert_eq!(advice.severity, AdviceSeverity::Medium);
}

#[test]
fn what_no_report_says_leaves_the_rules_word() {
    let fraud = finding("fraud", TargetType::App, "com.example", 1, 1);
    let fraud = Finding {
        reached_queries: None,
        rule_severity: Some(AdviceSeverity::High),
        rule_confidence: Some(Confidence::Low),
        has_id: false,
        ..fraud
    };
    let advice = composed(&[(fraud, 14)]).remove(0);
    assert_eq!((advice.severity, advice.confidence), (AdviceSeverity::High, Confidence::Low));
    assert_eq!((advice.wasted_queries_daily, advice.percent_of_total_waste), (0, 0.0));
    assert_eq!(advice.actions[0].action_type, ActionType::Review);
    assert_eq!(advice.actions[0].pretargeting_field, None, "fraud is never blocked without a person");
    assert_eq!(advice.evidence[0].time_period_days, 14);
}

#[test]
fn a_creative_to_pause_and_to_look_at_are_two() {
    let broken = finding("creative_broken_video", TargetType::Creative, "cr", 20_000, 0);
    let ctr = finding("creative_low_ctr", TargetType::Creative, "cr", 20_000, 2_000);
    let found = composed(&[(broken, 1), (ctr, 1)]);
    let kinds: Vec<_> = found.iter().map(|advice| advice.kind).collect();
    assert_eq!(kinds, [AdviceKind::CreativePause, AdviceKind::CreativeReview]);
    assert!(found.iter().all(|advice| advice.affected_creatives.0 == ["cr"] && advice.confidence == Confidence::Low));
}

#[test]
fn what_a_config_cannot_name_has_no_field() {
    for (size, field) in [
        ("728x90", Some("included_sizes")),
        ("Native", Some("included_formats")),
        ("Video/Overlay", Some("included_formats")),
        ("Interstitial", None),
        ("0x0", None),
    ] {
        let advice = composed(&[(finding("size_block", TargetType::Size, size, 70_000, 0), 7)]).remove(0);
        assert_eq!(advice.actions[0].pretargeting_field.as_deref(), field, "{size}");
    }
    let nameless = Finding { has_id: false, ..finding("app_block", TargetType::App, "Puzzle", 20_000, 0) };
    assert_eq!(composed(&[(nameless, 7)])[0].actions[0].pretargeting_field, None);
    assert_eq!(composed(&[(finding("no_such_rule", TargetType::App, "a", 1, 0), 7)]), []);
}

#[test]
fn ids_are_of_account_type_and_target_alone() {
    let id = |account, kind, target| recommendation_id(AccountId(account), kind, TargetType::App, target);
    let one = id(1, AdviceKind::AppBlock, "a");
    assert_eq!(one, id(1, AdviceKind::AppBlock, "a"));
    for other in
        [id(2, AdviceKind::AppBlock, "a"), id(1, AdviceKind::FraudAlert, "a"), id(1, AdviceKind::AppBlock, "b")]
    {
        assert_ne!(one, other);
    }
    let found = composed(&[(finding("app_block", TargetType::App, "a", 20_000, 0), 7)]);
    assert_eq!(found[0].recommendation_id, recommendation_id(ONE, AdviceKind::AppBlock, TargetType::App, "a"));
    assert_eq!(one.len(), "rec-".len() + 16);
}

#[test]
fn a_trend_is_told_against_the_days_before() {
    let (thresholds, places, campaigns) = (Thresholds::default(), Places::new(), BTreeMap::new());
    for (was, told) in [(None, "new"), (Some(80.0), "rising"), (Some(92.5), "steady"), (Some(110.0), "falling")] {
        let key = ("app_block".to_owned(), TargetType::App, "a".to_owned());
        let before = was.into_iter().map(|was| (key.clone(), was)).collect();
        let picture = crate::advice::Picture { before: Some(&before), ..picture(&thresholds, &places, &campaigns) };
        let found = compose(&picture, &[(finding("app_block", TargetType::App, "a", 20_000, 0), 7)]);
        assert_eq!(found[0].evidence[0].trend.as_deref(), Some(told));
    }
}
