-- name: spend_by_day
-- topic: store
-- answers: What was spent day by day?
-- reads: rtb_daily performance or bidder
-- columns: one row per day and currency, the newest first; a day without a report has none
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    metric_date,
    currency,
    money(spend_micros) AS spend,
    impressions,
    clicks,
    round(cpm(spend_micros, impressions), 4) AS cpm,
    round(cpc(spend_micros, clicks), 4) AS cpc
FROM (
    SELECT
        account_id,
        metric_date,
        currency,
        sum(spend_micros) AS spend_micros,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks
    FROM v_performance
    GROUP BY account_id, metric_date, currency
) AS traffic
ORDER BY metric_date DESC, account_id, currency
