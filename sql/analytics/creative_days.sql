-- name: creative_days
-- answers: On how many days did each creative run?
-- reads: rtb_daily performance
-- columns: one row per creative, whatever its currencies
-- cost: one aggregate over the days of the window
SELECT account_id, creative_id, count(DISTINCT metric_date) AS days_with_data
FROM v_performance
GROUP BY account_id, creative_id
ORDER BY account_id, creative_id
