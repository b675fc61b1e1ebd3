//! The list of named questions, read from their files.

use std::sync::LazyLock;

use serde::Serialize;

use super::error::AnalyticsError;
use super::header::{self, Parameter};
use crate::model::{Day, Thresholds};
use crate::query::{self, Days};

const FILES: &[&str] = &[
    include_str!("../../sql/analytics/advice_apps.sql"),
    include_str!("../../sql/analytics/advice_configs.sql"),
    include_str!("../../sql/analytics/advice_countries.sql"),
    include_str!("../../sql/analytics/advice_creatives.sql"),
    include_str!("../../sql/analytics/advice_fraud.sql"),
    include_str!("../../sql/analytics/advice_geos.sql"),
    include_str!("../../sql/analytics/advice_places.sql"),
    include_str!("../../sql/analytics/advice_publishers.sql"),
    include_str!("../../sql/analytics/advice_servable.sql"),
    include_str!("../../sql/analytics/advice_size_traffic.sql"),
    include_str!("../../sql/analytics/advice_sizes.sql"),
    include_str!("../../sql/analytics/advice_sources.sql"),
    include_str!("../../sql/analytics/advice_totals.sql"),
    include_str!("../../sql/analytics/advice_traffic.sql"),
    include_str!("../../sql/analytics/campaign_countries.sql"),
    include_str!("../../sql/analytics/campaign_days.sql"),
    include_str!("../../sql/analytics/campaign_devices.sql"),
    include_str!("../../sql/analytics/campaign_performance.sql"),
    include_str!("../../sql/analytics/campaign_spend.sql"),
    include_str!("../../sql/analytics/config_traffic.sql"),
    include_str!("../../sql/analytics/configs.sql"),
    include_str!("../../sql/analytics/creative_countries.sql"),
    include_str!("../../sql/analytics/creative_days.sql"),
    include_str!("../../sql/analytics/creative_traffic.sql"),
    include_str!("../../sql/analytics/imports.sql"),
    include_str!("../../sql/analytics/report_days.sql"),
    include_str!("../../sql/analytics/observed_qps.sql"),
    include_str!("../../sql/analytics/new_creatives.sql"),
    include_str!("../../sql/analytics/waste_by_size.sql"),
    include_str!("../../sql/analytics/waste_by_country.sql"),
    include_str!("../../sql/analytics/waste_by_publisher.sql"),
    include_str!("../../sql/analytics/waste_by_app.sql"),
    include_str!("../../sql/analytics/waste_by_creative.sql"),
    include_str!("../../sql/analytics/waste_by_platform.sql"),
    include_str!("../../sql/analytics/waste_by_environment.sql"),
    include_str!("../../sql/analytics/waste_by_hour.sql"),
    include_str!("../../sql/analytics/waste_by_day.sql"),
    include_str!("../../sql/analytics/size_coverage.sql"),
    include_str!("../../sql/analytics/unservable.sql"),
    include_str!("../../sql/analytics/funnel.sql"),
    include_str!("../../sql/analytics/funnel_by_country.sql"),
    include_str!("../../sql/analytics/funnel_by_publisher.sql"),
    include_str!("../../sql/analytics/funnel_by_config.sql"),
    include_str!("../../sql/analytics/funnel_by_creative.sql"),
    include_str!("../../sql/analytics/funnel_by_day.sql"),
    include_str!("../../sql/analytics/funnel_by_hour.sql"),
    include_str!("../../sql/analytics/bids_by_creative.sql"),
    include_str!("../../sql/analytics/bids_by_country.sql"),
    include_str!("../../sql/analytics/bid_filtering.sql"),
    include_str!("../../sql/analytics/qps_summary.sql"),
    include_str!("../../sql/analytics/top_performers.sql"),
    include_str!("../../sql/analytics/viewability_by_publisher.sql"),
    include_str!("../../sql/analytics/viewability_by_config.sql"),
    include_str!("../../sql/analytics/viewability_by_creative.sql"),
    include_str!("../../sql/analytics/video_completion.sql"),
    include_str!("../../sql/analytics/creative_performance.sql"),
    include_str!("../../sql/analytics/creative_metrics.sql"),
    include_str!("../../sql/analytics/campaigns.sql"),
    include_str!("../../sql/analytics/changes.sql"),
    include_str!("../../sql/analytics/freshness.sql"),
    include_str!("../../sql/analytics/spend_by_day.sql"),
    include_str!("../../sql/analytics/dashboard_auctions.sql"),
    include_str!("../../sql/analytics/dashboard_config_breakdown.sql"),
    include_str!("../../sql/analytics/dashboard_configs.sql"),
    include_str!("../../sql/analytics/dashboard_countries.sql"),
    include_str!("../../sql/analytics/dashboard_creative_sizes.sql"),
    include_str!("../../sql/analytics/dashboard_creatives.sql"),
    include_str!("../../sql/analytics/dashboard_filtering.sql"),
    include_str!("../../sql/analytics/dashboard_funnel.sql"),
    include_str!("../../sql/analytics/dashboard_funnel_countries.sql"),
    include_str!("../../sql/analytics/dashboard_funnel_creatives.sql"),
    include_str!("../../sql/analytics/dashboard_funnel_publishers.sql"),
    include_str!("../../sql/analytics/dashboard_hours.sql"),
    include_str!("../../sql/analytics/dashboard_platforms.sql"),
    include_str!("../../sql/analytics/dashboard_pretargeting.sql"),
    include_str!("../../sql/analytics/dashboard_publishers.sql"),
    include_str!("../../sql/analytics/dashboard_requests.sql"),
    include_str!("../../sql/analytics/dashboard_size_gaps.sql"),
    include_str!("../../sql/analytics/dashboard_sizes.sql"),
    include_str!("../../sql/analytics/dashboard_spend.sql"),
    include_str!("../../sql/analytics/dashboard_totals.sql"),
    include_str!("../../sql/analytics/dashboard_viewability.sql"),
    include_str!("../../sql/analytics/size_gaps.sql"),
    include_str!("../../sql/analytics/problem_formats.sql"),
    include_str!("../../sql/analytics/config_findings.sql"),
    include_str!("../../sql/analytics/geo_findings.sql"),
    include_str!("../../sql/analytics/publisher_findings.sql"),
    include_str!("../../sql/analytics/app_findings.sql"),
    include_str!("../../sql/analytics/creative_signals.sql"),
    include_str!("../../sql/analytics/fraud_signals.sql"),
    include_str!("../../sql/analytics/fraud_scores.sql"),
    include_str!("../../sql/analytics/fraud_risk.sql"),
    include_str!("../../sql/analytics/signal_days.sql"),
    include_str!("../../sql/analytics/dashboard_creative.sql"),
    include_str!("../../sql/analytics/dashboard_metrics.sql"),
    include_str!("../../sql/analytics/dashboard_suspects.sql"),
];

/// What questions are about, in the order of lists: the word of the header, and the words for people.
pub const TOPICS: &[(&str, &str)] = &[
    ("configs", "Pretargeting configs"),
    ("waste", "Waste"),
    ("sizes", "Sizes, and what can be served"),
    ("funnel", "From bid requests to clicks"),
    ("ranking", "Top performers"),
    ("quality", "Viewability, invalid traffic, video"),
    ("creatives", "Creatives"),
    ("campaigns", "Campaigns"),
    ("advice", "Signs and advice"),
    ("change", "What changed"),
    ("store", "What is in the store"),
    ("programs", "For programs"),
];

/// The days of a question that does not say how many it is about.
const USUAL_DAYS: u16 = 7;
/// The longest window: ten years, and a few days.
pub const MOST_DAYS: u16 = 3660;

/// The days of a question that is about as many as this setting says.
const FRAUD_DAYS: &str = "fraud_days";

fn usual_fraud_days(thresholds: &Thresholds) -> Option<u16> {
    u16::try_from(thresholds.fraud_days).ok()
}

/// One named question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedQuestion {
    /// Its name in commands and addresses.
    pub name: &'static str,
    /// One of [`TOPICS`].
    pub topic: &'static str,
    /// The question in words.
    pub answers: &'static str,
    /// What it reads; the answer carries the newest day of the first.
    pub reads: Vec<Reads>,
    /// How many days it is about where the asker does not say; none: it has no window.
    pub days: Option<u16>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What a row is, in words.
    pub columns: &'static str,
    /// What it takes.
    pub cost: &'static str,
    /// The SQL, its header included.
    #[serde(skip)]
    pub sql: &'static str,
}

/// A source of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reads {
    /// The fact table, or another table.
    pub table: &'static str,
    /// The kind of report it needs there, then those that will do in its place; none for other tables.
    pub reports: Vec<&'static str>,
}

static QUESTIONS: LazyLock<Vec<NamedQuestion>> = LazyLock::new(|| FILES.iter().map(|sql| read(sql)).collect());

fn read(sql: &'static str) -> NamedQuestion {
    let reads = |text: &'static str| {
        let (table, reports) = text.split_once(' ').unwrap_or((text, ""));
        Reads { table, reports: reports.split(" or ").filter(|report| !report.is_empty()).collect() }
    };
    let topic = header::value(sql, "topic");
    NamedQuestion {
        name: header::value(sql, "name"),
        topic: if topic.is_empty() { "programs" } else { topic },
        answers: header::value(sql, "answers"),
        reads: header::values(sql, "reads").map(reads).collect(),
        days: match header::value(sql, "days") {
            "all" => None,
            FRAUD_DAYS => usual_fraud_days(&Thresholds::default()),
            days => Some(days.parse().unwrap_or(USUAL_DAYS)),
        },
        parameters: header::values(sql, "parameter").filter_map(header::parameter).collect(),
        columns: header::value(sql, "columns"),
        cost: header::value(sql, "cost"),
        sql,
    }
}

impl NamedQuestion {
    /// How many days it is about with these settings where the asker does not say.
    pub fn usual_days(&self, thresholds: &Thresholds) -> Option<u16> {
        if header::value(self.sql, "days") == FRAUD_DAYS { usual_fraud_days(thresholds) } else { self.days }
    }

    /// The days that are meant: that many, or as many as the question is about, the last of which is `until` or, without
    /// one, yesterday. None where it has no window and none was asked for.
    pub fn window(&self, days: Option<u16>, until: Option<Day>, today: Day) -> Result<Option<Days>, AnalyticsError> {
        let Some(days) = days.or(self.days).or(until.map(|_| USUAL_DAYS)) else { return Ok(None) };
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(AnalyticsError::Days { most: MOST_DAYS });
        }
        Ok(Some(until.map_or_else(|| Days::before(today, days), |last| Days::ending(last, days))))
    }
}

/// All named questions.
pub fn questions() -> &'static [NamedQuestion] {
    &QUESTIONS
}

/// The question of that name.
pub fn question(name: &str) -> Result<&'static NamedQuestion, AnalyticsError> {
    let names = || questions().iter().map(|question| question.name);
    questions().iter().find(|question| question.name == name).ok_or_else(|| AnalyticsError::UnknownQuestion {
        name: name.to_owned(),
        suggestion: query::nearest(name, names()).map(str::to_owned),
        known: names().collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_listed_under_its_name_with_a_complete_header() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/analytics");
        let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(on_disk, questions().iter().map(|question| question.name.to_owned()).collect());
        for question in questions() {
            for key in ["answers", "reads", "columns", "cost"] {
                assert!(!header::value(question.sql, key).is_empty(), "{} lacks '{key}'", question.name);
            }
            assert_eq!(
                question.parameters.len(),
                header::values(question.sql, "parameter").count(),
                "{}",
                question.name
            );
            for parameter in &question.parameters {
                assert!(question.sql.contains(&format!("${}", parameter.name)), "{}", parameter.name);
                if ![header::FIRST_DAY, header::LAST_DAY].contains(&parameter.default) {
                    parameter.value(parameter.default).unwrap();
                }
            }
            assert!(TOPICS.iter().any(|(topic, _)| *topic == question.topic), "{}", question.name);
            assert!(header::value(question.sql, "answers").contains('?'), "{}", question.name);
        }
    }

    #[test]
    fn a_window_is_what_was_asked_for_or_what_the_question_is_about() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let today = day("2026-11-20");
        let window = |name: &str, days, until: Option<&str>| {
            let window = question(name).unwrap().window(days, until.map(day), today).unwrap();
            window.map(|days| format!("{}..{}", days.first, days.last))
        };
        assert_eq!(window("configs", None, None).as_deref(), Some("2026-11-13..2026-11-19"));
        assert_eq!(window("configs", Some(1), Some("2026-02-26")).as_deref(), Some("2026-02-26..2026-02-26"));
        assert_eq!(window("imports", None, None), None);
        assert_eq!(window("imports", Some(2), None).as_deref(), Some("2026-11-18..2026-11-19"));
        let refused = question("configs").unwrap().window(Some(0), None, today).unwrap_err();
        assert_eq!(refused.to_string(), "days: write a number from 1 to 3660");
    }

    #[test]
    fn a_slip_finds_its_question() {
        let told = question("waste_by_sizes").unwrap_err().to_string();
        assert_eq!(told, "there is no question 'waste_by_sizes'; did you mean 'waste_by_size'?");
        assert!(question("weather").unwrap_err().to_string().contains("there are: "));
    }

    #[test]
    fn questions_about_fraud_are_about_the_days_of_the_setting() {
        let asked = question("fraud_scores").unwrap();
        let changed = Thresholds { fraud_days: 30, ..Thresholds::default() };
        assert_eq!((asked.days, asked.usual_days(&changed)), (Some(14), Some(30)));
        assert_eq!(question("configs").unwrap().usual_days(&changed), Some(7));
    }
}
