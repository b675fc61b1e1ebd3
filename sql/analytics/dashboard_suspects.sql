-- name: dashboard_suspects
-- answers: Which apps show signs of fraud, for a person to look at?
-- reads: rtb_daily performance
-- parameter: limit int64 = 50: rows of the answer, the most severe first
-- columns: one row per app and sign, of v_fraud_signals: a CTR that is too high, days with more clicks than impressions
-- cost: an aggregate by app and day over the days of the window
SELECT
    target_id AS app_id,
    coalesce(target_name, target_id) AS app_name,
    signal,
    severity,
    impressions,
    clicks,
    round(ctr_pct, 2) AS ctr_pct,
    click_days
FROM v_fraud_signals
WHERE target_type = 'app' AND signal IN ('app_ctr', 'clicks_over_impressions')
ORDER BY
    CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
    impressions DESC NULLS LAST,
    target_id,
    signal
LIMIT $limit
