//! A recommendation in the keys that the dashboard and `--json` have.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::entities::recommendations::{
    Action, AdviceKind, AdviceSeverity, Confidence, ConfigShare, Evidence, Recommendation, RecommendationStatus,
};

/// A recommendation as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// See [`crate::entities::recommendations::Advice`].
    pub id: String,
    /// What is advised.
    #[serde(rename = "type")]
    pub kind: AdviceKind,
    /// How much it weighs.
    pub severity: AdviceSeverity,
    /// How sure it is.
    pub confidence: Confidence,
    /// One line.
    pub title: String,
    /// In words.
    pub description: String,
    /// The figures behind it.
    pub evidence: Vec<Evidence>,
    /// What it costs.
    pub impact: Impact,
    /// What to do.
    pub actions: Vec<Action>,
    /// In which configs the waste is, the most first.
    pub configs: Vec<ConfigShare>,
    /// The creatives that it is about.
    pub affected_creatives: Vec<String>,
    /// The campaigns that it is about.
    pub affected_campaigns: Vec<String>,
    /// When it was last found.
    pub generated_at: DateTime<Utc>,
    /// When an analysis no longer found it.
    pub expires_at: Option<DateTime<Utc>>,
    /// What became of it.
    pub status: RecommendationStatus,
    /// In the words of who changed the status.
    pub notes: Option<String>,
    /// When.
    pub status_changed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub status_changed_by: Option<String>,
}

/// What a target costs. Money is in units of the account's currency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Impact {
    /// Wasted queries per second.
    pub wasted_qps: f64,
    /// Wasted queries of a day.
    pub wasted_queries_daily: i64,
    /// Money that was spent for nothing in the window.
    pub wasted_spend_usd: f64,
    /// Of all waste of the account, 0 to 100.
    pub percent_of_total_waste: f64,
    /// What 30 such days cost.
    pub potential_savings_monthly: f64,
}

impl From<Recommendation> for Shown {
    fn from(one: Recommendation) -> Self {
        let advice = one.advice;
        let units = |micros: i64| micros as f64 / 1e6;
        Self {
            id: advice.recommendation_id,
            kind: advice.kind,
            severity: advice.severity,
            confidence: advice.confidence,
            title: advice.title,
            description: advice.description,
            evidence: advice.evidence,
            impact: Impact {
                wasted_qps: advice.wasted_qps,
                wasted_queries_daily: advice.wasted_queries_daily,
                wasted_spend_usd: units(advice.wasted_spend_micros.0),
                percent_of_total_waste: advice.percent_of_total_waste,
                potential_savings_monthly: units(advice.potential_savings_monthly_micros.0),
            },
            actions: advice.actions,
            configs: advice.configs,
            affected_creatives: advice.affected_creatives.0,
            affected_campaigns: advice.affected_campaigns.0,
            generated_at: one.generated_at,
            expires_at: one.expires_at,
            status: one.status,
            notes: one.notes,
            status_changed_at: one.status_changed_at,
            status_changed_by: one.status_changed_by,
        }
    }
}
