//! Recommendations, signs of waste and kept questions: each account has its own, also under the same ids.

use serde_json::json;

use super::{ONE, Store, TWO, noon};
use crate::entities::recommendations::{
    self, Advice, AdviceKind, AdviceSeverity, Comparison, Confidence, ConfigShare, Evidence, Recommendation,
    RecommendationStatus, TargetType, runs,
};
use crate::entities::waste_signals::{self, NewSignal};
use crate::entities::{EntityError, TextList, saved_queries, version};
use crate::model::Micros;

fn advice(id: &str, wasted_qps: f64) -> Recommendation {
    let advice = Advice {
        recommendation_id: id.to_owned(),
        kind: AdviceKind::SizeMismatch,
        severity: AdviceSeverity::High,
        confidence: Confidence::Medium,
        target_type: TargetType::Size,
        target_id: id.to_owned(),
        title: "t".to_owned(),
        description: "d".to_owned(),
        evidence: vec![Evidence {
            rule: "size_block".to_owned(),
            metric_name: "reached_queries_daily".to_owned(),
            metric_value: 20_000.5,
            threshold: 10_000.0,
            comparison: Comparison::Above,
            time_period_days: 7,
            sample_size: 140_000,
            trend: Some("steady".to_owned()),
        }],
        evidence_hash: "high size_block".to_owned(),
        actions: Vec::new(),
        configs: vec![ConfigShare { billing_id: "91".to_owned(), wasted_queries: 5 }],
        affected_creatives: TextList(vec!["cr".to_owned()]),
        affected_campaigns: TextList::default(),
        wasted_qps,
        wasted_queries_daily: 20_000,
        wasted_spend_micros: Micros(1),
        percent_of_total_waste: 12.5,
        potential_savings_monthly_micros: Micros(30),
    };
    Recommendation {
        account_id: ONE,
        advice,
        status: RecommendationStatus::New,
        notes: None,
        generated_at: noon(),
        expires_at: None,
        status_changed_at: None,
        status_changed_by: None,
        closed: None,
    }
}

fn signal() -> NewSignal {
    NewSignal {
        creative_id: "cr".to_owned(),
        signal_type: "low_ctr".to_owned(),
        confidence: "low".to_owned(),
        evidence: json!({"ctr_pct": 0.1}),
        observation: "o".to_owned(),
        recommendation: "r".to_owned(),
    }
}

#[test]
fn a_recommendation_is_kept_as_it_is_and_closed_in_its_account_only() {
    let store = Store::new();
    let found = [advice("a", 1.0), advice("b", 2.0)];
    for account in [ONE, TWO] {
        for one in &found {
            store
                .change(|tx| recommendations::put(tx, account, &Recommendation { account_id: account, ..one.clone() }));
        }
    }
    assert_eq!(store.see(|tx| recommendations::list(tx, ONE)), [found[1].clone(), found[0].clone()]);
    let resolved = RecommendationStatus::Resolved;
    store.change(|tx| recommendations::set_status(tx, ONE, "a", resolved, Some("ada"), Some("done"), noon()));
    let kept = store.see(|tx| recommendations::get(tx, ONE, "a"));
    assert_eq!((kept.status, kept.notes.as_deref(), kept.is_listed()), (resolved, Some("done"), false));
    let closed = kept.closed.clone().unwrap();
    assert_eq!((closed.severity, closed.wasted_queries_daily), (AdviceSeverity::High, 20_000));
    assert_eq!(closed.rules, ["size_block"]);
    assert!(store.see(|tx| recommendations::get(tx, TWO, "a")).is_listed(), "theirs is open still");
    let seen = RecommendationStatus::Acknowledged;
    store.change(|tx| recommendations::set_status(tx, ONE, "a", seen, Some("ada"), None, noon()));
    assert_eq!(store.see(|tx| recommendations::get(tx, ONE, "a")).closed, None);
    let nobody = store.refused(|tx| recommendations::set_status(tx, ONE, "c", resolved, None, None, noon()).map(drop));
    assert!(matches!(nobody, EntityError::Unknown { .. }), "{nobody}");
}

#[test]
fn a_run_is_noted_in_its_account_and_outlives_what_is_said_of_its_advice() {
    let store = Store::new();
    let run = |account| {
        let entity_version = store.see(|tx| version(tx, account));
        let (first_day, last_day) = ("2026-11-13".parse().unwrap(), "2026-11-19".parse().unwrap());
        runs::AdviceRun { first_day, last_day, entity_version, thresholds: "t".to_owned(), ran_at: noon() }
    };
    store.change(|tx| recommendations::put(tx, ONE, &advice("a", 1.0)));
    let noted = run(ONE);
    store.change(|tx| runs::note(tx, ONE, &noted));
    assert_eq!(store.see(|tx| runs::last(tx, ONE)), Some(noted));
    assert_eq!(store.see(|tx| runs::last(tx, TWO)), None);
    let done = RecommendationStatus::Resolved;
    store.change(|tx| recommendations::set_status(tx, ONE, "a", done, None, None, noon()).map(drop));
    let last = store.see(|tx| runs::last(tx, ONE)).unwrap();
    assert_eq!(last, run(ONE), "it is up to date still");
    store.change(|tx| recommendations::put(tx, ONE, &advice("b", 1.0)));
    assert_ne!(last.entity_version, run(ONE).entity_version, "what else changes makes it old");
}

#[test]
fn a_creative_has_one_open_signal_of_a_type_in_each_account() {
    let store = Store::new();
    let first = store.change(|tx| waste_signals::note(tx, ONE, &signal(), noon()));
    let again = NewSignal { confidence: "high".to_owned(), ..signal() };
    assert_eq!(store.change(|tx| waste_signals::note(tx, ONE, &again, noon())), first);
    let theirs = store.change(|tx| waste_signals::note(tx, TWO, &signal(), noon()));
    let foreign = store.refused(|tx| waste_signals::resolve(tx, ONE, theirs, None, None, noon()));
    assert!(matches!(foreign, EntityError::Unknown { .. }), "{foreign}");
    store.change(|tx| waste_signals::resolve(tx, ONE, first, Some("ada"), Some("paused"), noon()));
    assert_eq!(store.see(|tx| waste_signals::list(tx, ONE, None, false)), []);
    let resolved = store.see(|tx| waste_signals::list(tx, ONE, Some("cr"), true));
    assert_eq!((resolved[0].confidence.as_str(), resolved[0].resolved_by.as_deref()), ("high", Some("ada")));
    assert_eq!(store.see(|tx| waste_signals::list(tx, TWO, Some("cr"), false)).len(), 1, "theirs is open still");
    assert_ne!(store.change(|tx| waste_signals::note(tx, ONE, &signal(), noon())), first, "found again is a new one");
}

#[test]
fn that_a_resolved_signal_is_gone_is_noted_once_and_in_its_account() {
    let store = Store::new();
    let ours = store.change(|tx| waste_signals::note(tx, ONE, &signal(), noon()));
    let evidence = || store.see(|tx| waste_signals::list(tx, ONE, Some("cr"), true))[0].evidence.clone();
    store.change(|tx| waste_signals::gone(tx, ONE, ours, noon()));
    assert_eq!(evidence(), json!({"ctr_pct": 0.1}), "an open one is not gone: it is resolved");
    store.change(|tx| waste_signals::resolve(tx, ONE, ours, Some("ada"), None, noon()));
    store.change(|tx| waste_signals::gone(tx, TWO, ours, noon()));
    assert_eq!(evidence(), json!({"ctr_pct": 0.1}), "another account's analysis");
    store.change(|tx| waste_signals::gone(tx, ONE, ours, noon()));
    let noted = evidence();
    assert!(noted["no_longer_found_at"].is_string(), "{noted}");
    store.change(|tx| waste_signals::gone(tx, ONE, ours, noon() + chrono::Duration::hours(1)));
    assert_eq!(evidence(), noted, "the first time counts");
}

#[test]
fn a_question_is_kept_by_name_in_its_account() {
    let store = Store::new();
    let save = |account, sql: &'static str| {
        store.change(|tx| saved_queries::save(tx, account, " waste ", sql, None, Some("ada"), noon()))
    };
    let (one, two) = (save(ONE, "SELECT 1"), save(TWO, "SELECT 2"));
    assert_eq!((one.name.as_str(), one.sql.as_str(), two.sql.as_str()), ("waste", "SELECT 1", "SELECT 2"));
    assert_eq!(save(ONE, "SELECT 3").query_id, one.query_id, "the same name is the same question");
    store.change(|tx| saved_queries::remove(tx, ONE, "waste"));
    assert_eq!(store.see(|tx| saved_queries::list(tx, ONE)), []);
    assert_eq!(store.see(|tx| saved_queries::get(tx, TWO, "waste")), two);
    assert!(matches!(store.refused(|tx| saved_queries::remove(tx, ONE, "waste")), EntityError::Unknown { .. }));
    let empty = store.refused(|tx| saved_queries::save(tx, ONE, "", "SELECT 1", None, None, noon()));
    assert!(empty.to_string().contains("1 to 200 letters"), "{empty}");
}
