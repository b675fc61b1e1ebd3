-- name: advice_configs
-- answers: Which pretargeting configs win little of what they reach?
-- reads: rtb_daily performance
-- columns: a finding per config of v_config_findings that wastes too much and is not suspended: rule, target, what it reached, the figure it was judged by and its threshold
-- cost: that of v_config_findings
SELECT
    'config_waste_' || severity AS rule,
    severity AS rule_severity,
    CAST(NULL AS VARCHAR) AS rule_confidence,
    'config' AS target_type,
    billing_id AS target_id,
    coalesce(user_name, display_name) AS target_name,
    config_id IS NOT NULL AS has_id,
    reached_queries,
    impressions,
    0 AS wasted_spend_micros,
    'waste_rate_pct' AS metric_name,
    waste_rate_pct AS metric_value,
    CASE severity WHEN 'high' THEN config_waste_high_pct ELSE config_waste_medium_pct END AS threshold,
    'above' AS comparison,
    reached_queries AS sample_size
FROM v_config_findings
CROSS JOIN thresholds
WHERE rule = 'waste' AND billing_id IS NOT NULL AND coalesce(state, '') <> 'SUSPENDED'
ORDER BY reached_queries DESC, billing_id
