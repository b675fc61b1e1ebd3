-- name: app_findings
-- topic: waste
-- answers: Which apps are to be blocked or looked at, and by which rule?
-- reads: rtb_daily performance
-- parameter: rule all|block|zero_clicks = all: only findings of this rule
-- parameter: limit int64 = 100: rows of the answer, the worst first
-- columns: those of v_app_findings: value is the figure that speaks, threshold what it is held against
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    app_id,
    app_name,
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
FROM v_app_findings
WHERE $rule = 'all' OR rule = $rule
ORDER BY CASE severity WHEN 'high' THEN 0 ELSE 1 END, wasted_queries DESC NULLS LAST, impressions DESC NULLS LAST,
    account_id, app_id, app_name, rule
LIMIT $limit
