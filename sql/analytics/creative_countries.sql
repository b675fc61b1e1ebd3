-- name: creative_countries
-- answers: Where did each creative run?
-- reads: rtb_daily performance
-- columns: one row per creative, country and currency; a row whose report named no country has none
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_id,
    country,
    currency,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    sum(spend_micros) AS spend_micros
FROM v_performance
GROUP BY account_id, creative_id, country, currency
ORDER BY account_id, creative_id, spend_micros DESC NULLS LAST, impressions DESC NULLS LAST, country, currency
