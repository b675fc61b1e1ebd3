-- name: waste_by_app
-- topic: waste
-- answers: In which apps are queries reached and not won?
-- reads: rtb_daily performance
-- parameter: limit int64 = 20: rows of the answer, the most wasteful first
-- columns: one row per app: its id, or its name where the id is null; share_of_waste_pct is of all wasted queries, those that the limit cuts off included
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    app_id,
    app_name,
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
FROM v_waste_by_app
ORDER BY wasted_queries DESC NULLS LAST, account_id, app_id, app_name
LIMIT $limit
