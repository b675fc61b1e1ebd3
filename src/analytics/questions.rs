//! The list of named questions, read from their files.

use std::sync::LazyLock;

use super::error::AnalyticsError;
use super::header::{self, Parameter};

const FILES: &[&str] = &[
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
    include_str!("../../sql/analytics/dashboard_invalid_traffic.sql"),
    include_str!("../../sql/analytics/dashboard_platforms.sql"),
    include_str!("../../sql/analytics/dashboard_pretargeting.sql"),
    include_str!("../../sql/analytics/dashboard_publishers.sql"),
    include_str!("../../sql/analytics/dashboard_requests.sql"),
    include_str!("../../sql/analytics/dashboard_size_gaps.sql"),
    include_str!("../../sql/analytics/dashboard_sizes.sql"),
    include_str!("../../sql/analytics/dashboard_spend.sql"),
    include_str!("../../sql/analytics/dashboard_totals.sql"),
    include_str!("../../sql/analytics/dashboard_viewability.sql"),
];

/// One named question.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedQuestion {
    /// Its name in commands and addresses.
    pub name: &'static str,
    /// The question in words.
    pub answers: &'static str,
    /// The report kind whose newest day the answer carries.
    pub report: &'static str,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The SQL, its header included.
    pub sql: &'static str,
}

static QUESTIONS: LazyLock<Vec<NamedQuestion>> = LazyLock::new(|| FILES.iter().map(|sql| read(sql)).collect());

fn read(sql: &'static str) -> NamedQuestion {
    NamedQuestion {
        name: header::value(sql, "name"),
        answers: header::value(sql, "answers"),
        report: header::value(sql, "reads").split_once(' ').map_or("", |(_, report)| report),
        parameters: header::values(sql, "parameter").filter_map(header::parameter).collect(),
        sql,
    }
}

/// All named questions.
pub fn questions() -> &'static [NamedQuestion] {
    &QUESTIONS
}

/// The question of that name.
pub fn question(name: &str) -> Result<&'static NamedQuestion, AnalyticsError> {
    questions().iter().find(|question| question.name == name).ok_or_else(|| AnalyticsError::UnknownQuestion {
        name: name.to_owned(),
        known: questions().iter().map(|question| question.name).collect::<Vec<_>>().join(", "),
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
                parameter.value(parameter.default).unwrap();
            }
        }
    }
}
