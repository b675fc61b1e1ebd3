-- name: waste_by_size
-- topic: waste
-- answers: In which creative sizes are queries reached and not won?
-- reads: rtb_daily performance
-- parameter: limit int64 = 20: rows of the answer, the most wasteful first
-- columns: those of v_waste_by_size
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_size,
    reached_queries,
    impressions,
    wasted_queries,
    round(win_rate_pct, 2) AS win_rate_pct,
    round(waste_rate_pct, 2) AS waste_rate_pct,
    round(share_of_waste_pct, 2) AS share_of_waste_pct
FROM v_waste_by_size
ORDER BY wasted_queries DESC NULLS LAST, account_id, creative_size
LIMIT $limit
