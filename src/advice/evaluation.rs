//! The advice of an account by priority, with how good the data is that it is made of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::include_list::own_sizes;
use super::proposal::{JudgedCountry, judged_countries};
use super::{AdviceError, Analyst, Standing};
use crate::analytics;
use crate::entities::recommendations::{Advice, AdviceKind, AdviceSeverity, TargetType};
use crate::model::grouped;

/// All of it.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// When.
    pub generated_at: DateTime<Utc>,
    /// What it is made of.
    pub data_quality: DataQuality,
    /// The most urgent first.
    pub recommendations: Vec<Item>,
    /// How many there are.
    pub summary: Summary,
}

/// Which data is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataQuality {
    /// 0 to 1: 0.4 for performance reports, 0.3 for reports of bids, funnel or filtering, 0.3 for approved creatives.
    pub score: f64,
    /// What is not there.
    pub missing: Vec<&'static str>,
    /// What is there.
    pub available: Vec<&'static str>,
}

/// Who is to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemType {
    /// A config is to be changed.
    Pretargeting,
    /// Ad operations are to look.
    AdopsAdvice,
    /// There could be more.
    Opportunity,
    /// Creatives are to be changed.
    CreativeTeam,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Who is to act.
    #[serde(rename = "type")]
    pub kind: ItemType,
    /// 1, the most urgent, to 5.
    pub priority: i64,
    /// One line.
    pub title: String,
    /// In words.
    pub description: String,
    /// What it is worth, in words.
    pub impact_estimate: String,
    /// The field of a config.
    pub config_field: Option<String>,
    /// What should stand there.
    pub suggested_value: Option<String>,
    /// What stands there.
    pub current_value: Option<String>,
    /// The figures.
    pub evidence: Map<String, Value>,
}

/// How many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// In all.
    pub total_recommendations: usize,
    /// 1 is critical, 2 high, 3 medium, 4 and 5 low.
    pub by_priority: ByPriority,
    /// Of each type.
    pub by_type: BTreeMap<String, usize>,
}

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByPriority {
    /// Priority 1.
    pub critical: usize,
    /// Priority 2.
    pub high: usize,
    /// Priority 3.
    pub medium: usize,
    /// Priority 4 and 5.
    pub low: usize,
}

/// Below this there is too little to advise on.
const ENOUGH: f64 = 0.3;

#[derive(Deserialize)]
struct SourceRow {
    source: String,
}

/// What is to be done over these days.
pub fn evaluate(analyst: &Analyst<'_>, standing: &Standing) -> Result<Evaluation, AdviceError> {
    let facts = analyst.facts();
    let days = standing.days;
    let sources: Vec<SourceRow> = analytics::rows_blocking(facts.engine, "advice_sources", facts.ask(days))?;
    let own = analyst.db.read(|tx| own_sizes(tx, analyst.account))?;
    let has = |source: &str| sources.iter().any(|row| row.source == source);
    let data_quality = quality(has("performance"), has("troubleshooting"), has("creatives"));
    let mut recommendations = Vec::new();
    if data_quality.score < ENOUGH {
        recommendations.push(insufficient(&data_quality));
    } else {
        recommendations.extend(standing.listed().map(|one| item(&one.advice, &own.filterable)));
        let judged = judged_countries(analyst, days)?;
        recommendations.extend(judged.into_iter().filter(|row| row.verdict == "expand").map(opportunity));
        recommendations.sort_by_key(|item| item.priority);
    }
    Ok(Evaluation { generated_at: analyst.now, data_quality, summary: summary(&recommendations), recommendations })
}

fn quality(performance: bool, troubleshooting: bool, creatives: bool) -> DataQuality {
    // In whole tenths, so that the sum is what people add up.
    let parts = [(performance, 4, "performance"), (troubleshooting, 3, "troubleshooting"), (creatives, 3, "creatives")];
    let tenths: u32 = parts.iter().filter(|(is_there, ..)| *is_there).map(|(_, tenths, _)| *tenths).sum();
    let named = |wanted: bool| parts.iter().filter(|part| part.0 == wanted).map(|part| part.2).collect();
    DataQuality { score: f64::from(tenths) / 10.0, missing: named(false), available: named(true) }
}

fn insufficient(quality: &DataQuality) -> Item {
    Item {
        kind: ItemType::AdopsAdvice,
        priority: 1,
        title: "Insufficient data".to_owned(),
        description: format!("There is too little to advise on. Missing: {}.", quality.missing.join(", ")),
        impact_estimate: "unknown".to_owned(),
        config_field: None,
        suggested_value: None,
        current_value: None,
        evidence: Map::new(),
    }
}

fn item(advice: &Advice, own_sizes: &[String]) -> Item {
    let kind = match (advice.kind, advice.target_type) {
        (AdviceKind::CreativePause | AdviceKind::CreativeReview, _) => ItemType::CreativeTeam,
        (AdviceKind::SizeMismatch, _) if field(advice).is_none() => ItemType::CreativeTeam,
        (AdviceKind::ConfigInefficiency | AdviceKind::FraudAlert, _) => ItemType::AdopsAdvice,
        _ => ItemType::Pretargeting,
    };
    let suggested = match advice.target_type {
        _ if field(advice).is_none() => None,
        TargetType::Size if field(advice).as_deref() == Some("included_sizes") => {
            (!own_sizes.is_empty()).then(|| own_sizes.join(", "))
        }
        TargetType::Size => None,
        TargetType::Config => Some("SUSPENDED".to_owned()),
        _ => Some(advice.target_id.clone()),
    };
    let mut evidence: Map<String, Value> =
        advice.evidence.iter().map(|one| (one.metric_name.clone(), json!(one.metric_value))).collect();
    evidence.insert("recommendation_id".to_owned(), json!(advice.recommendation_id));
    evidence.insert("wasted_queries_daily".to_owned(), json!(advice.wasted_queries_daily));
    Item {
        kind,
        priority: match advice.severity {
            AdviceSeverity::Critical => 1,
            AdviceSeverity::High => 2,
            AdviceSeverity::Medium => 3,
            AdviceSeverity::Low => 4,
        },
        title: advice.title.clone(),
        description: advice.description.clone(),
        impact_estimate: format!(
            "{} wasted queries a day, {:.1} % of all waste",
            grouped(advice.wasted_queries_daily.unsigned_abs()),
            advice.percent_of_total_waste
        ),
        current_value: (advice.target_type == TargetType::Config).then(|| "ACTIVE".to_owned()),
        config_field: field(advice),
        suggested_value: suggested,
        evidence,
    }
}

fn field(advice: &Advice) -> Option<String> {
    advice.actions.first()?.pretargeting_field.clone()
}

fn opportunity(row: JudgedCountry) -> Item {
    let ratio = row.ctr_ratio.unwrap_or_default();
    Item {
        kind: ItemType::Opportunity,
        priority: 5,
        title: format!("{} clicks {ratio:.1} times as often as the average", row.country),
        description: format!("More queries from {} may be worth their cost.", row.country),
        impact_estimate: format!("{} impressions in the window", grouped(row.impressions.unsigned_abs())),
        config_field: Some("included_geos".to_owned()),
        suggested_value: Some(row.country),
        current_value: None,
        evidence: Map::from_iter([("ctr_ratio".to_owned(), json!(ratio))]),
    }
}

fn summary(items: &[Item]) -> Summary {
    let mut by_priority = ByPriority::default();
    let mut by_type = BTreeMap::new();
    for item in items {
        match item.priority {
            1 => by_priority.critical += 1,
            2 => by_priority.high += 1,
            3 => by_priority.medium += 1,
            _ => by_priority.low += 1,
        }
        let word = match item.kind {
            ItemType::Pretargeting => "pretargeting",
            ItemType::AdopsAdvice => "adops_advice",
            ItemType::Opportunity => "opportunity",
            ItemType::CreativeTeam => "creative_team",
        };
        *by_type.entry(word.to_owned()).or_default() += 1;
    }
    Summary { total_recommendations: items.len(), by_priority, by_type }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_adds_up_and_says_what_is_missing() {
        for (performance, troubleshooting, creatives, score) in
            [(true, true, true, 1.0), (true, false, false, 0.4), (false, true, true, 0.6), (false, false, false, 0.0)]
        {
            let quality = quality(performance, troubleshooting, creatives);
            assert_eq!(quality.score, score);
            assert_eq!(quality.missing.len() + quality.available.len(), 3);
        }
        assert_eq!(quality(false, false, true).missing, ["performance", "troubleshooting"]);
    }
}
