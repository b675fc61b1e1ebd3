//! What becomes of recommendations when an analysis comes: pure.
//!
//! What is found for the first time is new. What is known is brought up to date and keeps what people said of it. What was
//! resolved or dismissed comes back only when the evidence is new ([`is_new_evidence`]). What is not found ends, and
//! is kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::entities::recommendations::{Advice, Closed, Recommendation, RecommendationStatus};
use crate::model::{AccountId, Thresholds};

/// The account's recommendations after an analysis found these, the most wasteful first. `found` has each id once.
pub fn settle(
    account: AccountId,
    stored: Vec<Recommendation>,
    found: Vec<Advice>,
    thresholds: &Thresholds,
    now: DateTime<Utc>,
) -> Vec<Recommendation> {
    let mut known: BTreeMap<String, Recommendation> =
        stored.into_iter().map(|one| (one.advice.recommendation_id.clone(), one)).collect();
    let mut settled: Vec<Recommendation> = Vec::with_capacity(known.len().max(found.len()));
    for advice in found {
        settled.push(match known.remove(&advice.recommendation_id) {
            None => fresh(account, advice, now),
            Some(before) => again(before, advice, thresholds, now),
        });
    }
    settled.extend(known.into_values().map(|one| Recommendation { expires_at: one.expires_at.or(Some(now)), ..one }));
    settled.sort_by(|a, b| {
        b.advice
            .wasted_qps
            .total_cmp(&a.advice.wasted_qps)
            .then_with(|| a.advice.recommendation_id.cmp(&b.advice.recommendation_id))
    });
    settled
}

fn fresh(account: AccountId, advice: Advice, now: DateTime<Utc>) -> Recommendation {
    Recommendation {
        account_id: account,
        advice,
        status: RecommendationStatus::New,
        notes: None,
        generated_at: now,
        expires_at: None,
        status_changed_at: None,
        status_changed_by: None,
        closed: None,
    }
}

fn again(before: Recommendation, advice: Advice, thresholds: &Thresholds, now: DateTime<Utc>) -> Recommendation {
    let comes_back = before.status.is_closed()
        && before.closed.as_ref().is_none_or(|then| is_new_evidence(then, &advice, thresholds));
    if comes_back {
        return fresh(before.account_id, advice, now);
    }
    Recommendation { advice, generated_at: now, expires_at: None, ..before }
}

/// Whether this is more than what was there when it was closed: it weighs more, a rule speaks that was silent then, or a
/// day wastes more by `advice_reopen_growth_pct` and by `advice_reopen_daily` queries. Another day with the same
/// picture is none of these, and neither is less waste.
pub fn is_new_evidence(then: &Closed, now: &Advice, thresholds: &Thresholds) -> bool {
    let is_other = then.evidence_hash != now.evidence_hash;
    let spoke_up = || now.evidence.iter().any(|evidence| !then.rules.contains(&evidence.rule));
    let grown = now.wasted_queries_daily.saturating_sub(then.wasted_queries_daily);
    let has_grown = grown >= thresholds.advice_reopen_daily
        && 100.0 * grown as f64 >= thresholds.advice_reopen_growth_pct * then.wasted_queries_daily as f64;
    is_other && (now.severity > then.severity || spoke_up()) || has_grown
}
