-- name: advice_geos
-- answers: Which countries are to be excluded?
-- reads: rtb_daily performance
-- columns: a finding per country that v_geo_findings excludes: rule, target, what it reached, the figure it was judged by and its threshold
-- cost: that of v_geo_findings
SELECT
    'geo_exclude' AS rule,
    severity AS rule_severity,
    CAST(NULL AS VARCHAR) AS rule_confidence,
    'geo' AS target_type,
    country AS target_id,
    country AS target_name,
    regexp_like(country, '^[A-Z]{2}$') AS has_id,
    reached_queries,
    impressions,
    spend_micros AS wasted_spend_micros,
    'ctr_ratio' AS metric_name,
    ctr_ratio AS metric_value,
    geo_exclude_ctr_ratio AS threshold,
    'below' AS comparison,
    impressions AS sample_size
FROM v_geo_findings
CROSS JOIN thresholds
WHERE rule = 'exclude'
ORDER BY spend_micros DESC, country
