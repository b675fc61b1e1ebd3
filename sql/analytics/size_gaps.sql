-- name: size_gaps
-- topic: sizes
-- answers: Which creative sizes have traffic and no approved creative, and what is to be done about each?
-- reads: rtb_daily performance
-- parameter: coverage gaps|all|none|low|good|excess|unknown = gaps: which sizes; gaps have traffic and no creative
-- parameter: limit int64 = 50: rows of the answer, the most traffic first
-- columns: those of v_size_gaps; daily_queries are those of a day with reports
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_size,
    size_kind,
    near_standard_size,
    reached_queries,
    round(daily_queries, 1) AS daily_queries,
    impressions,
    money(spend_micros) AS spend,
    currency,
    approved_creatives,
    coverage,
    rule,
    severity,
    advice
FROM v_size_gaps
WHERE $coverage = 'all' OR ($coverage = 'gaps' AND rule IS NOT NULL) OR coverage = $coverage
ORDER BY reached_queries DESC NULLS LAST, account_id, creative_size
LIMIT $limit
