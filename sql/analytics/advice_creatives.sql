-- name: advice_creatives
-- answers: Which creatives are to be paused or looked at?
-- reads: rtb_daily performance
-- columns: a finding per creative and signal of v_creative_signals: rule, target, what it reached, the figure it was judged by and its threshold
-- cost: that of v_creative_signals
SELECT
    'creative_' || signal AS rule,
    severity AS rule_severity,
    confidence AS rule_confidence,
    'creative' AS target_type,
    creative_id AS target_id,
    creative_id AS target_name,
    true AS has_id,
    reached_queries,
    impressions,
    spend_micros AS wasted_spend_micros,
    CASE signal
        WHEN 'low_ctr' THEN 'ctr_ratio'
        WHEN 'zero_engagement' THEN 'days_without_click'
        WHEN 'low_vcr' THEN 'vcr_pct'
        WHEN 'high_spend_low_performance' THEN 'spend'
        WHEN 'click_fraud' THEN 'suspicious_clicks'
        ELSE 'reached_queries'
    END AS metric_name,
    value AS metric_value,
    coalesce(threshold, 0) AS threshold,
    CASE WHEN signal IN ('low_ctr', 'low_vcr') THEN 'below' ELSE 'above' END AS comparison,
    CASE signal
        WHEN 'low_vcr' THEN video_starts
        WHEN 'disapproved' THEN reached_queries
        WHEN 'broken_video' THEN reached_queries
        ELSE impressions
    END AS sample_size
FROM v_creative_signals
WHERE value IS NOT NULL
ORDER BY creative_id, signal
