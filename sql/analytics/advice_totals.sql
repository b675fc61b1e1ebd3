-- name: advice_totals
-- answers: What was reached, won and spent in all, and on how many days?
-- reads: rtb_daily performance
-- columns: one row per currency; days is of the account
-- cost: one aggregate over the days of the window
SELECT
    traffic.account_id,
    traffic.currency,
    dates.days,
    traffic.reached_queries,
    traffic.impressions,
    traffic.spend_micros
FROM (
    SELECT
        account_id,
        currency,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(spend_micros) AS spend_micros
    FROM v_performance
    GROUP BY account_id, currency
) AS traffic
JOIN (SELECT account_id, count(DISTINCT metric_date) AS days FROM v_performance GROUP BY account_id) AS dates
    ON dates.account_id = traffic.account_id
ORDER BY traffic.account_id, traffic.currency
