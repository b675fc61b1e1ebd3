-- name: waste_by_day
-- topic: waste
-- answers: Day by day: how many queries are reached and not won?
-- reads: rtb_daily performance
-- parameter: limit int64 = 400: rows of the answer, the newest first
-- columns: one row per day, the newest first; share_of_waste_pct is of all wasted queries, those that the limit cuts off included
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    metric_date,
    reached_queries,
    impressions,
    wasted_queries,
    clicks,
    money(spend_micros) AS spend,
    currency,
    round(win_rate_pct, 2) AS win_rate_pct,
    round(waste_rate_pct, 2) AS waste_rate_pct,
    round(ctr_pct, 2) AS ctr_pct,
    round(cpm, 4) AS cpm,
    round(share_of_waste_pct, 2) AS share_of_waste_pct
FROM v_waste_by_day
ORDER BY metric_date DESC, account_id
LIMIT $limit
