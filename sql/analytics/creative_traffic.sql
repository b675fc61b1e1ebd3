-- name: creative_traffic
-- answers: What did each creative reach, win and cost?
-- reads: rtb_daily performance
-- columns: one row per creative and currency; days_with_data counts days with rows
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_id,
    currency,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    sum(spend_micros) AS spend_micros,
    count(DISTINCT metric_date) AS days_with_data
FROM v_performance
GROUP BY account_id, creative_id, currency
ORDER BY spend_micros DESC NULLS LAST, account_id, creative_id, currency
