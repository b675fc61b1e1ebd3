//! Findings become advice: one for each type and target, the worst kept. Pure.

use std::collections::BTreeMap;

use super::actions::action;
use super::finding::{Before, Finding, Places};
use super::rules::{Rule, Words, rule};
use super::severity::Waste;
use crate::entities::TextList;
use crate::entities::recommendations::{Advice, AdviceKind, AdviceSeverity, Confidence, Evidence, TargetType};
use crate::model::{AccountId, Micros, Thresholds};

/// What advice is made with.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Whose it is.
    pub account: AccountId,
    /// Where severities and confidences begin.
    pub thresholds: &'a Thresholds,
    /// Queries that the account wasted in the window.
    pub wasted_queries: i64,
    /// Days of the window that have data.
    pub days: i64,
    /// What the rules found in the days before; none where these have no data.
    pub before: Option<&'a Before>,
    /// Where the waste of the targets is.
    pub places: &'a Places,
    /// The campaigns of creatives.
    pub campaigns: &'a BTreeMap<String, Vec<String>>,
    /// The sizes of approved creatives that Google can filter by.
    pub own_sizes: &'a [String],
}

/// A finding, and of how many days with data it was made.
pub type Dated = (Finding, i64);

/// A finding with what follows from it.
type Ruled<'a> = (&'a Dated, &'static Rule);

/// One advice for each type and target. What a rule says that has no words in `schema/advice/rules.toml` is left out.
pub fn compose(picture: &Picture<'_>, findings: &[Dated]) -> Vec<Advice> {
    let mut grouped: BTreeMap<(AdviceKind, TargetType, &str), Vec<Ruled<'_>>> = BTreeMap::new();
    for dated in findings {
        let Some(rule) = rule(&dated.0.rule) else { continue };
        grouped.entry((rule.kind, dated.0.target_type, &dated.0.target_id)).or_default().push((dated, rule));
    }
    grouped.into_values().map(|found| picture.advice(found)).collect()
}

/// Made from account, type and target: the same from run to run, and never that of another account.
pub fn recommendation_id(account: AccountId, kind: AdviceKind, target_type: TargetType, target: &str) -> String {
    let text = format!("{account}\n{kind}\n{target_type}\n{target}");
    format!("rec-{}", &blake3::hash(text.as_bytes()).to_hex()[..16])
}

impl Picture<'_> {
    /// `found` is of one type and target, and has at least one finding.
    fn advice(&self, mut found: Vec<Ruled<'_>>) -> Advice {
        // The worst leads, and of one rule only it stays.
        found.sort_by(|((a, _), _), ((b, _), _)| {
            (b.rule_severity, b.rule_confidence)
                .cmp(&(a.rule_severity, a.rule_confidence))
                .then_with(|| a.rule.cmp(&b.rule))
        });
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|((finding, _), _)| seen.insert(finding.rule.as_str()));
        let ((lead, days), rule) = found[0];
        let (severity, waste) = self.weigh(&found);
        let place = self.places.get(&lead.target()).cloned().unwrap_or_default();
        let creatives = match lead.target_type {
            TargetType::Creative => vec![lead.target_id.clone()],
            _ => place.creatives,
        };
        let spend = found.iter().filter_map(|((finding, _), _)| finding.wasted_spend_micros).max().unwrap_or(0).max(0);
        let evidence: Vec<Evidence> = found.iter().map(|((finding, days), _)| self.evidence(finding, *days)).collect();
        let words =
            Words { name: lead.name(), value: lead.metric_value, threshold: lead.threshold, daily: waste.daily() };
        let mut rules: Vec<&str> = seen.into_iter().collect();
        rules.sort_unstable();
        let percent = match self.wasted_queries {
            ..=0 => 0.0,
            // By the day, because signs of fraud have more days than the window.
            all => 100.0 * (waste.wasted.max(0) as f64 * self.days.max(1) as f64) / (all as f64 * waste.days as f64),
        };
        Advice {
            recommendation_id: recommendation_id(self.account, rule.kind, lead.target_type, &lead.target_id),
            kind: rule.kind,
            severity,
            confidence: self.confidence(&found, *days),
            target_type: lead.target_type,
            target_id: lead.target_id.clone(),
            title: words.fill(&rule.title),
            description: words.fill(&rule.description),
            evidence,
            evidence_hash: format!("{severity} {}", rules.join(" ")),
            actions: vec![action(lead, rule, self.own_sizes)],
            configs: place.configs,
            affected_campaigns: self.campaigns_of(&creatives),
            affected_creatives: TextList(creatives),
            wasted_qps: waste.qps(),
            wasted_queries_daily: waste.daily(),
            wasted_spend_micros: Micros(spend),
            percent_of_total_waste: percent,
            potential_savings_monthly_micros: Micros(monthly(spend, *days)),
        }
    }

    /// By waste rate and wasted queries a day, which override what the rules say; where no report said what was reached,
    /// the gravest of these.
    fn weigh(&self, found: &[Ruled<'_>]) -> (AdviceSeverity, Waste) {
        let wastes = found.iter().filter_map(|((finding, days), _)| {
            Some(Waste { reached: finding.reached_queries?, wasted: finding.wasted()?, days: *days })
        });
        let weighed = wastes.map(|waste| (waste.severity(self.thresholds), waste));
        let worst = weighed.max_by_key(|(severity, waste)| (*severity, waste.daily()));
        worst.unwrap_or_else(|| {
            let said = found.iter().filter_map(|((finding, _), _)| finding.rule_severity).max();
            (said.unwrap_or(AdviceSeverity::Low), Waste { reached: 0, wasted: 0, days: 1 })
        })
    }

    fn confidence(&self, found: &[Ruled<'_>], days: i64) -> Confidence {
        let said = found.iter().filter_map(|((finding, _), _)| finding.rule_confidence).max();
        said.unwrap_or(match days {
            days if days >= self.thresholds.advice_confidence_high_days => Confidence::High,
            days if days >= self.thresholds.advice_confidence_medium_days => Confidence::Medium,
            _ => Confidence::Low,
        })
    }

    fn evidence(&self, finding: &Finding, days: i64) -> Evidence {
        let key = (finding.rule.clone(), finding.target_type, finding.target_id.clone());
        let trend = self.before.map(|before| trend(before.get(&key).copied(), finding.metric_value));
        Evidence {
            rule: finding.rule.clone(),
            metric_name: finding.metric_name.clone(),
            metric_value: finding.metric_value,
            threshold: finding.threshold,
            comparison: finding.comparison,
            time_period_days: days,
            sample_size: finding.sample_size.unwrap_or(0),
            trend: trend.map(str::to_owned),
        }
    }

    fn campaigns_of(&self, creatives: &[String]) -> TextList {
        let mut found: Vec<String> =
            creatives.iter().filter_map(|creative| self.campaigns.get(creative)).flatten().cloned().collect();
        found.sort();
        found.dedup();
        TextList(found)
    }
}

/// A change of a tenth is a direction.
fn trend(before: Option<f64>, now: f64) -> &'static str {
    match before {
        None => "new",
        Some(before) if now >= before * 1.1 && now > before => "rising",
        Some(before) if now <= before * 0.9 && now < before => "falling",
        Some(_) => "steady",
    }
}

/// What 30 days like these cost.
fn monthly(micros: i64, days: i64) -> i64 {
    i64::try_from(i128::from(micros) * 30 / i128::from(days.max(1))).unwrap_or(i64::MAX)
}
