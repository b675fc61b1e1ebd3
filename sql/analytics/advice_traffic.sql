-- name: advice_traffic
-- answers: What did each creative format, size and country reach, win and cost?
-- reads: rtb_daily performance
-- columns: the keys, currency, and the sums that the proposal of configs is computed of
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_format,
    creative_size,
    country,
    currency,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(spend_micros) AS spend_micros
FROM v_performance
GROUP BY account_id, creative_format, creative_size, country, currency
