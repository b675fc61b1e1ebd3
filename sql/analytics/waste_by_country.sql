-- name: waste_by_country
-- topic: waste
-- answers: In which countries are queries reached and not won?
-- reads: rtb_daily performance
-- parameter: limit int64 = 20: rows of the answer, the most wasteful first
-- columns: those of v_waste_by_country
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    country,
    reached_queries,
    impressions,
    wasted_queries,
    round(win_rate_pct, 2) AS win_rate_pct,
    round(waste_rate_pct, 2) AS waste_rate_pct,
    round(share_of_waste_pct, 2) AS share_of_waste_pct
FROM v_waste_by_country
ORDER BY wasted_queries DESC NULLS LAST, account_id, country
LIMIT $limit
