-- name: advice_apps
-- answers: Which apps are to be blocked?
-- reads: rtb_daily performance
-- columns: a finding per app and rule of v_app_findings: rule, target, what it reached, the figure it was judged by and its threshold
-- cost: that of v_app_findings, and one aggregate over the days of the window
SELECT
    'app_' || found.rule AS rule,
    found.severity AS rule_severity,
    CAST(NULL AS VARCHAR) AS rule_confidence,
    'app' AS target_type,
    coalesce(found.app_id, found.app_name) AS target_id,
    found.app_name AS target_name,
    found.app_id IS NOT NULL AS has_id,
    waste.reached_queries,
    waste.impressions,
    CASE found.rule WHEN 'block' THEN 0 ELSE found.spend_micros END AS wasted_spend_micros,
    CASE found.rule
        WHEN 'block' THEN 'waste_rate_pct'
        WHEN 'zero_clicks' THEN 'impressions_without_click'
    END AS metric_name,
    found.value AS metric_value,
    found.threshold,
    'above' AS comparison,
    CASE found.rule WHEN 'block' THEN found.reached_queries ELSE found.impressions END AS sample_size
FROM v_app_findings AS found
LEFT JOIN v_waste_by_app AS waste
    ON waste.account_id = found.account_id
    AND coalesce(waste.app_id, waste.app_name) = coalesce(found.app_id, found.app_name)
ORDER BY target_id, rule
