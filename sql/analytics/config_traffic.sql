-- name: config_traffic
-- answers: What did one billing id reach, win and cost, and on how many days?
-- reads: rtb_daily performance
-- parameter: billing_id text = : the billing id
-- columns: one row; currency is null where there are several or none; days are those with rows
-- cost: one aggregate over the billing id's rows in the window
SELECT
    coalesce(sum(reached_queries), 0) AS reached,
    coalesce(sum(impressions), 0) AS impressions,
    coalesce(sum(clicks), 0) AS clicks,
    coalesce(sum(spend_micros), 0) AS spend_micros,
    CASE WHEN count(DISTINCT currency) = 1 THEN min(currency) END AS currency,
    count(DISTINCT metric_date) AS days
FROM rtb_daily
WHERE report = 'performance' AND billing_id = $billing_id
