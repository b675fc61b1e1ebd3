//! A recommendation as it is kept.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::words::{ActionType, AdviceKind, AdviceSeverity, Comparison, Confidence, RecommendationStatus, TargetType};
use crate::entities::TextList;
use crate::entities::columns::Time;
use crate::model::{AccountId, Micros};

/// A figure that a rule judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which rule.
    pub rule: String,
    /// The figure's name.
    pub metric_name: String,
    /// The figure.
    pub metric_value: f64,
    /// Where the rule begins to speak.
    pub threshold: f64,
    /// On which side of it the figure is.
    pub comparison: Comparison,
    /// Days with data that it was computed of.
    pub time_period_days: i64,
    /// Of how many queries, impressions or starts.
    pub sample_size: i64,
    /// rising, falling or steady against the days before; new where the rule was silent then; null where they have no data.
    pub trend: Option<String>,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What.
    pub action_type: ActionType,
    /// With what kind of thing.
    pub target_type: TargetType,
    /// Which one.
    pub target_id: String,
    /// What people call it.
    pub target_name: String,
    /// The field of a config that does it; none where no config can.
    pub pretargeting_field: Option<String>,
    /// What a request would have in its body.
    pub api_example: Option<String>,
}

/// How much of the waste is in one config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigShare {
    /// As the reports name it.
    pub billing_id: String,
    /// Wasted queries in the window.
    pub wasted_queries: i64,
}

/// What the evidence was when somebody closed a recommendation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Of the evidence then.
    pub evidence_hash: String,
    /// The severity then.
    pub severity: AdviceSeverity,
    /// Wasted queries of a day then.
    pub wasted_queries_daily: i64,
    /// The rules that spoke then.
    pub rules: Vec<String>,
}

/// What an analysis advises.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// Made from account, type and target, so that a later analysis finds its own earlier advice.
    pub recommendation_id: String,
    /// What is advised.
    #[serde(rename = "type")]
    pub kind: AdviceKind,
    /// How much it weighs.
    pub severity: AdviceSeverity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What kind of thing it is about.
    pub target_type: TargetType,
    /// Which one.
    pub target_id: String,
    /// One line.
    pub title: String,
    /// In words.
    pub description: String,
    /// The figures behind it, the gravest rule's first.
    pub evidence: Vec<Evidence>,
    /// Equal where the same rules spoke and weighed as much.
    pub evidence_hash: String,
    /// What to do.
    pub actions: Vec<Action>,
    /// In which configs the waste is, the most first.
    pub configs: Vec<ConfigShare>,
    /// The creatives that it is about.
    pub affected_creatives: TextList,
    /// The campaigns that it is about.
    pub affected_campaigns: TextList,
    /// Wasted queries per second.
    pub wasted_qps: f64,
    /// Wasted queries of a day.
    pub wasted_queries_daily: i64,
    /// Wasted money in the window.
    pub wasted_spend_micros: Micros,
    /// Of all waste of the account, 0 to 100.
    pub percent_of_total_waste: f64,
    /// What following it may save in a month.
    pub potential_savings_monthly_micros: Micros,
}

impl Advice {
    /// The rules that spoke, each once.
    pub fn rules(&self) -> Vec<String> {
        let mut rules: Vec<String> = self.evidence.iter().map(|evidence| evidence.rule.clone()).collect();
        rules.sort();
        rules.dedup();
        rules
    }
}

/// A recommendation of an account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// Whose it is.
    pub account_id: AccountId,
    /// What is advised.
    #[serde(flatten)]
    pub advice: Advice,
    /// What became of it.
    pub status: RecommendationStatus,
    /// In the words of who changed the status.
    pub notes: Option<String>,
    /// When it was last found.
    pub generated_at: DateTime<Utc>,
    /// When an analysis no longer found it; none while it holds.
    pub expires_at: Option<DateTime<Utc>>,
    /// When its status was last changed.
    pub status_changed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub status_changed_by: Option<String>,
    /// What it was when it was closed; none while it is open.
    pub closed: Option<Closed>,
}

impl Recommendation {
    /// Whether it is on the list: it holds, and nobody closed it.
    pub fn is_listed(&self) -> bool {
        self.expires_at.is_none() && !self.status.is_closed()
    }

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |column| row.get::<_, Option<Time>>(column).map(|time| time.map(|Time(time)| time));
        let closed: Option<String> = row.get("closed")?;
        Ok(Self {
            account_id: AccountId(row.get("account_id")?),
            advice: Advice {
                recommendation_id: row.get("recommendation_id")?,
                kind: row.get("type")?,
                severity: row.get("severity")?,
                confidence: row.get("confidence")?,
                target_type: row.get("target_type")?,
                target_id: row.get("target_id")?,
                title: row.get("title")?,
                description: row.get("description")?,
                evidence: json(row, "evidence")?,
                evidence_hash: row.get("evidence_hash")?,
                actions: json(row, "actions")?,
                configs: json(row, "configs")?,
                affected_creatives: row.get("affected_creatives")?,
                affected_campaigns: row.get("affected_campaigns")?,
                wasted_qps: row.get("wasted_qps")?,
                wasted_queries_daily: row.get("wasted_queries_daily")?,
                wasted_spend_micros: Micros(row.get("wasted_spend_micros")?),
                percent_of_total_waste: row.get("percent_of_total_waste")?,
                potential_savings_monthly_micros: Micros(row.get("potential_savings_monthly_micros")?),
            },
            status: row.get("status")?,
            notes: row.get("notes")?,
            generated_at: row.get::<_, Time>("generated_at")?.0,
            expires_at: time("expires_at")?,
            status_changed_at: time("status_changed_at")?,
            status_changed_by: row.get("status_changed_by")?,
            closed: closed.map(|text| read_json(&text)).transpose()?,
        })
    }
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    read_json(&row.get::<_, String>(column)?)
}

fn read_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))
}
