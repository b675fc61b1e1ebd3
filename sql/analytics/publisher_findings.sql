-- name: publisher_findings
-- topic: waste
-- answers: Which publishers are to be blocked or looked at, and by which rule?
-- reads: rtb_daily performance
-- reads: rtb_quality quality
-- parameter: rule all|block|zero_clicks|low_viewability|ivt = all: only findings of this rule
-- parameter: limit int64 = 100: rows of the answer, the worst first
-- columns: those of v_publisher_findings: value is the figure that speaks, threshold what it is held against
-- cost: one aggregate over the days of the window of each kind
SELECT
    account_id,
    publisher_id,
    publisher_name,
    rule,
    severity,
    round(value, 2) AS value,
    threshold,
    reached_queries,
    impressions,
    wasted_queries,
    clicks,
    money(spend_micros) AS spend,
    currency,
    round(waste_rate_pct, 2) AS waste_rate_pct,
    round(share_of_waste_pct, 2) AS share_of_waste_pct
FROM v_publisher_findings
WHERE $rule = 'all' OR rule = $rule
ORDER BY CASE severity WHEN 'high' THEN 0 ELSE 1 END, wasted_queries DESC NULLS LAST, impressions DESC NULLS LAST,
    account_id, publisher_id, publisher_name, rule
LIMIT $limit
