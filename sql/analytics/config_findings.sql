-- name: config_findings
-- topic: configs
-- answers: Which pretargeting configs waste too much, and in which band does each one win?
-- reads: rtb_daily performance
-- columns: those of v_config_findings, the most wasteful first
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    config_id,
    billing_id,
    display_name,
    user_name,
    state,
    reached_queries,
    impressions,
    wasted_queries,
    round(win_rate_pct, 2) AS win_rate_pct,
    round(waste_rate_pct, 2) AS waste_rate_pct,
    band,
    rule,
    severity
FROM v_config_findings
ORDER BY CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, wasted_queries DESC NULLS LAST,
    account_id, billing_id
