-- name: advice_sizes
-- answers: Which creative sizes bring queries that no approved creative fits?
-- reads: rtb_daily performance
-- columns: a finding per size of v_size_gaps that calls for something: rule, target, what it reached, the figure it was judged by and its threshold
-- cost: that of v_size_gaps
SELECT
    'size_' || rule AS rule,
    severity AS rule_severity,
    CAST(NULL AS VARCHAR) AS rule_confidence,
    'size' AS target_type,
    creative_size AS target_id,
    creative_size AS target_name,
    true AS has_id,
    reached_queries,
    impressions,
    spend_micros AS wasted_spend_micros,
    'reached_queries_daily' AS metric_name,
    daily_queries AS metric_value,
    CASE rule WHEN 'block' THEN size_block_daily ELSE size_add_daily END AS threshold,
    'above' AS comparison,
    reached_queries AS sample_size
FROM v_size_gaps
CROSS JOIN thresholds
WHERE rule IN ('block', 'flexible', 'add_creative') AND creative_size IS NOT NULL
ORDER BY reached_queries DESC, creative_size
