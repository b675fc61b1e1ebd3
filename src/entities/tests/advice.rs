//! Recommendations, signs of waste and kept questions: each account has its own, also under the same ids.

use serde_json::json;

use super::{ONE, Store, TWO, noon};
use crate::entities::recommendations::{self, Advice, RecommendationStatus};
use crate::entities::waste_signals::{self, NewSignal};
use crate::entities::{EntityError, TextList, saved_queries};
use crate::model::Micros;

fn advice(id: &str, wasted_qps: f64, evidence: &str) -> Advice {
    Advice {
        recommendation_id: id.to_owned(),
        kind: "size_mismatch".to_owned(),
        severity: "high".to_owned(),
        confidence: "medium".to_owned(),
        target_type: "size".to_owned(),
        target_id: id.to_owned(),
        title: "t".to_owned(),
        description: "d".to_owned(),
        evidence: json!([{"metric_name": "reached_queries", "metric_value": 20_000}]),
        evidence_hash: evidence.to_owned(),
        actions: json!([]),
        affected_creatives: TextList(vec!["cr".to_owned()]),
        affected_campaigns: TextList::default(),
        wasted_qps,
        wasted_queries_daily: 20_000,
        wasted_spend_micros: Micros(1),
        percent_of_total_waste: 12.5,
        potential_savings_monthly_micros: Micros(30),
        expires_at: None,
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
fn what_was_resolved_comes_back_only_with_other_evidence_and_only_in_its_account() {
    let store = Store::new();
    let found = [advice("a", 1.0, "x"), advice("b", 2.0, "x")];
    for account in [ONE, TWO] {
        store.change(|tx| recommendations::keep(tx, account, &found, noon()));
    }
    let resolved = RecommendationStatus::Resolved;
    store.change(|tx| recommendations::set_status(tx, ONE, "a", resolved, Some("ada"), Some("done"), noon()));
    let open = |account| {
        let new = store.see(|tx| recommendations::list(tx, account, Some(RecommendationStatus::New)));
        new.into_iter().map(|one| one.advice.recommendation_id).collect::<Vec<_>>()
    };
    assert_eq!((open(ONE), open(TWO)), (vec!["b".to_owned()], vec!["b".to_owned(), "a".to_owned()]));
    store.change(|tx| recommendations::keep(tx, ONE, &found, noon()));
    let kept = store.see(|tx| recommendations::list(tx, ONE, Some(resolved)));
    assert_eq!((kept.len(), kept[0].notes.as_deref(), kept[0].advice == found[0]), (1, Some("done"), true));
    store.change(|tx| recommendations::keep(tx, ONE, &[advice("a", 3.0, "y")], noon()));
    assert_eq!(open(ONE), ["a", "b"], "the evidence is another one");
    let nobody = store.refused(|tx| recommendations::set_status(tx, ONE, "c", resolved, None, None, noon()));
    assert!(matches!(nobody, EntityError::Unknown { .. }), "{nobody}");
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
