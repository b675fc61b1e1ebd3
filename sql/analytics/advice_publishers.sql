-- name: advice_publishers
-- answers: Which publishers are to be blocked?
-- reads: rtb_daily performance
-- columns: a finding per publisher and rule of v_publisher_findings: rule, target, what it reached, the figure it was judged by and its threshold
-- cost: that of v_publisher_findings, and one aggregate over the days of the window
SELECT
    'publisher_' || found.rule AS rule,
    found.severity AS rule_severity,
    CAST(NULL AS VARCHAR) AS rule_confidence,
    'publisher' AS target_type,
    coalesce(found.publisher_id, found.publisher_name) AS target_id,
    found.publisher_name AS target_name,
    found.publisher_id IS NOT NULL AS has_id,
    waste.reached_queries,
    waste.impressions,
    CASE found.rule WHEN 'block' THEN 0 ELSE found.spend_micros END AS wasted_spend_micros,
    CASE found.rule
        WHEN 'block' THEN 'waste_rate_pct'
        WHEN 'zero_clicks' THEN 'impressions_without_click'
        WHEN 'low_viewability' THEN 'viewability_pct'
        WHEN 'ivt' THEN 'ivt_rate_pct'
    END AS metric_name,
    found.value AS metric_value,
    found.threshold,
    CASE found.rule WHEN 'low_viewability' THEN 'below' ELSE 'above' END AS comparison,
    CASE found.rule WHEN 'block' THEN found.reached_queries ELSE found.impressions END AS sample_size
FROM v_publisher_findings AS found
LEFT JOIN v_waste_by_publisher AS waste
    ON waste.account_id = found.account_id
    AND coalesce(waste.publisher_id, waste.publisher_name) = coalesce(found.publisher_id, found.publisher_name)
ORDER BY target_id, rule
