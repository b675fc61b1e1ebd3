//! The thresholds of the rules, as settings.

use serde::{Deserialize, Serialize};

/// `[thresholds]`: where rules begin to speak. What is called "from" holds at the value itself; what is called "below" does
/// not. SQL reads them as the one row of the table `thresholds`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Reached queries a day from which a size without creatives is to be blocked.
    pub size_block_daily: i64,
    /// Reached queries a day from which a size without creatives needs one.
    pub size_add_daily: i64,
    /// Pixels of width and height by which a size may differ from a standard one.
    pub size_near_standard_px: i64,
    /// Approved creatives below which coverage of a size is low.
    pub size_low_creatives: i64,
    /// Reached queries from which coverage can be low.
    pub size_low_reached: i64,
    /// Reached queries from which no impression is a problem.
    pub format_zero_win_reached: i64,
    /// Win rate below which a format is a problem,
    pub format_low_win_pct: f64,
    /// from so many reached queries on.
    pub format_low_win_reached: i64,
    /// Reached queries from which a config is judged.
    pub config_reached: i64,
    /// Waste rate of a config that is medium.
    pub config_waste_medium_pct: f64,
    /// Waste rate of a config that is high.
    pub config_waste_high_pct: f64,
    /// Win rate from which a config is healthy.
    pub config_win_healthy_pct: f64,
    /// Win rate from which it is a warning, and below which it is critical.
    pub config_win_warning_pct: f64,
    /// Reached queries below which a config has low volume and no band.
    pub config_band_reached: i64,
    /// Impressions from which a country is judged.
    pub geo_impressions: i64,
    /// CTR over the average's, below which a country is to be excluded
    pub geo_exclude_ctr_ratio: f64,
    /// from so much spend on, in units of the currency.
    pub geo_exclude_spend: f64,
    /// CTR over the average's, below which a country is to be watched.
    pub geo_monitor_ctr_ratio: f64,
    /// CPM over the average's, below which a country is to be watched.
    pub geo_monitor_cpm_ratio: f64,
    /// CTR over the average's, from which there should be more of a country.
    pub geo_expand_ctr_ratio: f64,
    /// Waste rate from which a publisher or an app is to be blocked,
    pub publisher_waste_pct: f64,
    /// from so many reached queries on.
    pub publisher_reached: i64,
    /// Impressions from which no click is a sign.
    pub publisher_zero_click_impressions: i64,
    /// Viewability below which is a sign.
    pub viewability_low_pct: f64,
    /// Share of invalid traffic that is medium.
    pub ivt_medium_pct: f64,
    /// Share of invalid traffic that is high.
    pub ivt_high_pct: f64,
    /// CTR over the average's, below which it is low,
    pub creative_low_ctr_ratio: f64,
    /// from so many impressions on
    pub creative_impressions: i64,
    /// and so much spend, in units of the currency;
    pub creative_low_ctr_spend: f64,
    /// from this spend on, confidence is high.
    pub creative_low_ctr_high_spend: f64,
    /// Days with impressions and without a click that are a sign.
    pub creative_zero_click_days: i64,
    /// Days from which confidence is high.
    pub creative_zero_click_high_days: i64,
    /// Reached queries from which a video without an impression is broken.
    pub creative_broken_reached: i64,
    /// Completion rate below which a video is a sign,
    pub creative_low_vcr_pct: f64,
    /// from so many starts on.
    pub creative_low_vcr_starts: i64,
    /// Spend from which clicks of a creative that are too dear are a sign, in units of the currency.
    pub creative_high_spend: f64,
    /// CPC over the average's, from which clicks are too dear.
    pub creative_high_cpc_ratio: f64,
    /// Win rate from which a creative is great.
    pub win_great_pct: f64,
    /// Win rate from which it is ok, and below which it is to be reviewed.
    pub win_ok_pct: f64,
    /// Days that fraud signals read.
    pub fraud_days: i64,
    /// CTR of an app that is medium.
    pub fraud_app_ctr_medium_pct: f64,
    /// CTR of an app that is high.
    pub fraud_app_ctr_high_pct: f64,
    /// Impressions from which the CTR of an app is judged.
    pub fraud_app_impressions: i64,
    /// Days with more clicks than impressions that are low.
    pub fraud_click_days_low: i64,
    /// Days that are medium.
    pub fraud_click_days_medium: i64,
    /// Days that are high.
    pub fraud_click_days_high: i64,
    /// CTR that is high,
    pub fraud_ctr_pct: f64,
    /// from so many impressions on;
    pub fraud_ctr_impressions: i64,
    /// from this spend on it is critical, in units of the currency.
    pub fraud_ctr_critical_spend: f64,
    /// Ceiling of the CTR of banners.
    pub fraud_ctr_banner_pct: f64,
    /// Ceiling of the CTR of native creatives.
    pub fraud_ctr_native_pct: f64,
    /// Ceiling of the CTR of videos.
    pub fraud_ctr_video_pct: f64,
    /// Impressions from which the CTR of a creative is held against the ceiling of its format.
    pub fraud_format_impressions: i64,
    /// Spend from which no click is a sign, in units of the currency.
    pub fraud_spend_without_click: f64,
    /// Variation of daily impressions (standard deviation over mean) below which they are too even,
    pub fraud_uniform_cv: f64,
    /// on so many days with impressions
    pub fraud_uniform_days: i64,
    /// and with so many impressions.
    pub fraud_uniform_impressions: i64,
    /// Completion rate below which is a sign,
    pub fraud_vcr_pct: f64,
    /// from so many starts on.
    pub fraud_vcr_starts: i64,
    /// Share of VAST errors that is medium.
    pub fraud_vast_error_medium_pct: f64,
    /// Share of VAST errors that is high.
    pub fraud_vast_error_high_pct: f64,
    /// More clicks than impressions.
    pub fraud_weight_clicks: f64,
    /// Spend without a click.
    pub fraud_weight_zero_clicks: f64,
    /// A CTR that is too high.
    pub fraud_weight_ctr: f64,
    /// A completion rate that is too low.
    pub fraud_weight_vcr: f64,
    /// Daily impressions that are too even.
    pub fraud_weight_uniform: f64,
    /// Score from which it is called fraud.
    pub fraud_score_fraud: f64,
    /// Score from which it is called suspicious.
    pub fraud_score_suspicious: f64,
    /// Score from which it is to be watched.
    pub fraud_score_watch: f64,
    /// Waste rate of what is critical,
    pub advice_critical_waste_pct: f64,
    /// with so many wasted queries a day.
    pub advice_critical_daily: i64,
    /// Waste rate of what is high,
    pub advice_high_waste_pct: f64,
    /// with so many wasted queries a day.
    pub advice_high_daily: i64,
    /// Waste rate of what is medium,
    pub advice_medium_waste_pct: f64,
    /// with so many wasted queries a day.
    pub advice_medium_daily: i64,
    /// Configs at most.
    pub proposal_configs: i64,
    /// Sizes of a config at most.
    pub proposal_sizes: i64,
    /// CTR over the average's, from which a country is good.
    pub proposal_good_ctr_ratio: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            size_block_daily: 10_000,
            size_add_daily: 1_000,
            size_near_standard_px: 5,
            size_low_creatives: 3,
            size_low_reached: 1_000,
            format_zero_win_reached: 1_000,
            format_low_win_pct: 1.0,
            format_low_win_reached: 100,
            config_reached: 10_000,
            config_waste_medium_pct: 80.0,
            config_waste_high_pct: 90.0,
            config_win_healthy_pct: 75.0,
            config_win_warning_pct: 50.0,
            config_band_reached: 100,
            geo_impressions: 100,
            geo_exclude_ctr_ratio: 0.5,
            geo_exclude_spend: 10.0,
            geo_monitor_ctr_ratio: 0.5,
            geo_monitor_cpm_ratio: 0.3,
            geo_expand_ctr_ratio: 1.5,
            publisher_waste_pct: 80.0,
            publisher_reached: 10_000,
            publisher_zero_click_impressions: 10_000,
            viewability_low_pct: 50.0,
            ivt_medium_pct: 5.0,
            ivt_high_pct: 10.0,
            creative_low_ctr_ratio: 0.3,
            creative_impressions: 1_000,
            creative_low_ctr_spend: 10.0,
            creative_low_ctr_high_spend: 50.0,
            creative_zero_click_days: 5,
            creative_zero_click_high_days: 7,
            creative_broken_reached: 10_000,
            creative_low_vcr_pct: 10.0,
            creative_low_vcr_starts: 1_000,
            creative_high_spend: 50.0,
            creative_high_cpc_ratio: 3.0,
            win_great_pct: 50.0,
            win_ok_pct: 20.0,
            fraud_days: 14,
            fraud_app_ctr_medium_pct: 3.0,
            fraud_app_ctr_high_pct: 5.0,
            fraud_app_impressions: 100,
            fraud_click_days_low: 2,
            fraud_click_days_medium: 3,
            fraud_click_days_high: 5,
            fraud_ctr_pct: 10.0,
            fraud_ctr_impressions: 1_000,
            fraud_ctr_critical_spend: 100.0,
            fraud_ctr_banner_pct: 10.0,
            fraud_ctr_native_pct: 12.0,
            fraud_ctr_video_pct: 20.0,
            fraud_format_impressions: 100,
            fraud_spend_without_click: 50.0,
            fraud_uniform_cv: 0.1,
            fraud_uniform_days: 5,
            fraud_uniform_impressions: 1_000,
            fraud_vcr_pct: 5.0,
            fraud_vcr_starts: 100,
            fraud_vast_error_medium_pct: 15.0,
            fraud_vast_error_high_pct: 30.0,
            fraud_weight_clicks: 0.3,
            fraud_weight_zero_clicks: 0.4,
            fraud_weight_ctr: 0.3,
            fraud_weight_vcr: 0.25,
            fraud_weight_uniform: 0.15,
            fraud_score_fraud: 0.7,
            fraud_score_suspicious: 0.4,
            fraud_score_watch: 0.2,
            advice_critical_waste_pct: 90.0,
            advice_critical_daily: 100_000,
            advice_high_waste_pct: 80.0,
            advice_high_daily: 50_000,
            advice_medium_waste_pct: 70.0,
            advice_medium_daily: 10_000,
            proposal_configs: 10,
            proposal_sizes: 20,
            proposal_good_ctr_ratio: 0.8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_threshold_is_explained_to_traders_with_its_value() {
        let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
        let text = std::fs::read_to_string(rules).unwrap();
        let thresholds = serde_json::to_value(Thresholds::default()).unwrap();
        let missing = thresholds.as_object().unwrap().keys().filter(|name| !text.contains(&format!("`{name}`")));
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&String>::new());
        for (name, value) in thresholds.as_object().unwrap() {
            let (_, after) = text.split_once(&format!("`{name}`")).unwrap();
            let said: String =
                after.chars().take_while(|c| *c != ')').filter(|c| c.is_ascii_digit() || *c == '.').collect();
            assert_eq!(said.parse::<f64>().ok(), value.as_f64(), "the value of {name} in docs/rules.md");
        }
    }
}
