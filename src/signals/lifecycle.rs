//! What an analysis does to the signals that are kept: a pure rule over what is found and what is there.
//!
//! Found: the open one is brought up to date. One that was resolved stays so while there is nothing new: it comes back when
//! it was gone in between, when confidence is higher than it was, or when all days that it is found in lie after its
//! resolution. Not found: an open one is resolved, a resolved one is noted as gone; but only where it was looked for: in days
//! that have rows, in as many of them as it was found in, and not in earlier ones.

use std::collections::{BTreeMap, BTreeSet};

use crate::entities::waste_signals::{NewSignal, WasteSignal};
use crate::model::Day;
use crate::query::Days;

/// What to do.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    /// Signals to open or to bring up to date.
    pub(super) note: Vec<NewSignal>,
    /// How many of them are not open now.
    pub(super) new: usize,
    /// How many were found that somebody resolved and that have nothing new.
    pub(super) left_resolved: usize,
    /// Open signals that are no longer found.
    pub(super) resolve: Vec<i64>,
    /// Resolved signals that are no longer found.
    pub(super) gone: Vec<i64>,
}

/// Of a creative and a type the newest signal that is kept counts; `kept` has the newest first.
pub(super) fn plan(found: &[NewSignal], kept: &[WasteSignal], days: Days, was_looked_for: bool) -> Plan {
    let mut plan = Plan::default();
    let mut latest: BTreeMap<(&str, &str), &WasteSignal> = BTreeMap::new();
    for signal in kept {
        let latest = latest.entry((&signal.creative_id, &signal.signal_type)).or_insert(signal);
        // An open one is the newest, whatever its number.
        if signal.resolved_at.is_none() {
            *latest = signal;
        }
    }
    for signal in found {
        match latest.get(&(signal.creative_id.as_str(), signal.signal_type.as_str())) {
            Some(known) if known.resolved_at.is_some() && !is_new(signal, known, days) => plan.left_resolved += 1,
            known => {
                plan.new += usize::from(known.is_none_or(|known| known.resolved_at.is_some()));
                plan.note.push(signal.clone());
            }
        }
    }
    let found: BTreeSet<(&str, &str)> =
        found.iter().map(|signal| (signal.creative_id.as_str(), signal.signal_type.as_str())).collect();
    if was_looked_for {
        let not_found = latest.iter().filter(|(key, _)| !found.contains(*key)).map(|(_, signal)| signal);
        for signal in not_found.filter(|signal| would_show(signal, days)) {
            let list = if signal.resolved_at.is_none() { &mut plan.resolve } else { &mut plan.gone };
            list.push(signal.signal_id);
        }
    }
    plan
}

/// Whether the signal would be found in these days if it were still there: a short look misses what took days to show.
fn would_show(signal: &WasteSignal, days: Days) -> bool {
    let day = |name: &str| signal.evidence[name].as_str().and_then(|day| day.parse::<Day>().ok());
    match (day("first_day"), day("last_day")) {
        (Some(first), Some(last)) => days.last >= last && days.count() >= Days { first, last }.count(),
        _ => true,
    }
}

/// Whether what is found says more than what was resolved.
fn is_new(found: &NewSignal, resolved: &WasteSignal, days: Days) -> bool {
    let was_gone =
        resolved.resolved_by.as_deref() == Some(super::ANALYSIS) || resolved.evidence["no_longer_found_at"].is_string();
    let is_after = resolved.resolved_at.is_some_and(|resolved| days.first > resolved.date_naive().into());
    was_gone || is_after || rank(&found.confidence) > rank(&resolved.confidence)
}

fn rank(confidence: &str) -> u8 {
    match confidence {
        "high" => 2,
        "medium" => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::json;

    use super::*;
    use crate::model::AccountId;

    const WEEK: [&str; 2] = ["2026-11-13", "2026-11-19"];

    fn days([first, last]: [&str; 2]) -> Days {
        let day = |text: &str| text.parse::<Day>().unwrap();
        Days { first: day(first), last: day(last) }
    }

    fn found(creative: &str, confidence: &str) -> NewSignal {
        NewSignal {
            creative_id: creative.to_owned(),
            signal_type: "low_ctr".to_owned(),
            confidence: confidence.to_owned(),
            evidence: json!({}),
            observation: String::new(),
            recommendation: String::new(),
        }
    }

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn kept(signal_id: i64, creative: &str, resolved: Option<(&str, &str)>) -> WasteSignal {
        let new = found(creative, "medium");
        WasteSignal {
            signal_id,
            account_id: AccountId(1),
            creative_id: new.creative_id,
            signal_type: new.signal_type,
            confidence: new.confidence,
            evidence: new.evidence,
            observation: new.observation,
            recommendation: new.recommendation,
            detected_at: time("2026-11-10T00:00:00Z"),
            resolved_at: resolved.map(|(at, _)| time(at)),
            resolved_by: resolved.map(|(_, by)| by.to_owned()),
            resolution_notes: None,
        }
    }

    #[test]
    fn what_is_found_is_noted_and_what_is_not_is_resolved() {
        let plan =
            plan(&[found("a", "low"), found("b", "low")], &[kept(2, "b", None), kept(1, "c", None)], days(WEEK), true);
        assert_eq!((plan.note.len(), plan.new, plan.resolve, plan.gone), (2, 1, vec![1], vec![]));
    }

    #[test]
    fn without_a_row_nothing_was_looked_for() {
        let resolved = kept(2, "b", Some(("2026-11-18T00:00:00Z", "ada")));
        let plan = plan(&[], &[resolved, kept(1, "c", None)], days(WEEK), false);
        assert_eq!(plan, Plan::default());
    }

    #[test]
    fn a_shorter_or_an_earlier_look_resolves_nothing() {
        let evidence = json!({"first_day": WEEK[0], "last_day": WEEK[1]});
        let open = WasteSignal { evidence, ..kept(1, "a", None) };
        let resolved_by = |window| plan(&[], std::slice::from_ref(&open), days(window), true).resolve;
        assert_eq!(resolved_by(["2026-11-14", "2026-11-19"]), Vec::<i64>::new(), "six days are fewer than seven");
        assert_eq!(resolved_by(["2026-11-12", "2026-11-18"]), Vec::<i64>::new(), "a day earlier");
        assert_eq!(resolved_by(["2026-11-14", "2026-11-20"]), [1]);
    }

    #[test]
    fn what_somebody_resolved_comes_back_only_with_something_new() {
        let by_ada = kept(7, "a", Some(("2026-11-18T12:00:00Z", "ada")));
        let comes_back = |signal: &NewSignal, known: &WasteSignal, window: [&str; 2]| {
            let plan = plan(std::slice::from_ref(signal), std::slice::from_ref(known), days(window), true);
            assert_eq!(plan.note.len() + plan.left_resolved, 1);
            plan.new == 1
        };
        let same = found("a", "medium");
        assert!(!comes_back(&same, &by_ada, WEEK), "days before the resolution say nothing new");
        assert!(!comes_back(&same, &by_ada, ["2026-11-18", "2026-11-24"]), "the day of the resolution is not after it");
        assert!(comes_back(&same, &by_ada, ["2026-11-19", "2026-11-25"]), "all days are after it");
        assert!(comes_back(&found("a", "high"), &by_ada, WEEK), "confidence rose");
        assert!(!comes_back(&found("a", "low"), &by_ada, WEEK), "confidence fell");
        let gone = WasteSignal { evidence: json!({"no_longer_found_at": "2026-11-19T00:00:00Z"}), ..by_ada };
        assert!(comes_back(&same, &gone, WEEK), "it was gone in between");
        let by_analysis = kept(8, "a", Some(("2026-11-18T12:00:00Z", "analysis")));
        assert!(comes_back(&same, &by_analysis, WEEK), "an analysis resolves what is gone");
    }

    #[test]
    fn a_resolved_signal_that_is_not_found_is_gone_and_only_the_newest_counts() {
        let [newest, older] = [
            kept(9, "a", Some(("2026-11-18T00:00:00Z", "ada"))),
            kept(3, "a", Some(("2026-11-12T00:00:00Z", "analysis"))),
        ];
        let plan = plan(&[], &[newest, older], days(WEEK), true);
        assert_eq!((plan.gone, plan.resolve), (vec![9], vec![]));
    }
}
