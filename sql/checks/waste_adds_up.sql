-- name: waste_adds_up
-- finds: sizes whose wasted queries are not the reached ones less the impressions, whose win and waste rates are not 100 together, or accounts whose shares of waste are not
-- cost: one aggregate over all days
WITH sizes AS (SELECT * FROM v_waste_by_size)
SELECT account_id, creative_size, reached_queries, impressions, wasted_queries, win_rate_pct + waste_rate_pct AS pct
FROM sizes
WHERE reached_queries - impressions <> wasted_queries OR abs(win_rate_pct + waste_rate_pct - 100) > 0.000001
UNION ALL
SELECT account_id, NULL, sum(reached_queries), sum(impressions), sum(wasted_queries), sum(share_of_waste_pct)
FROM sizes
GROUP BY account_id
HAVING abs(sum(share_of_waste_pct) - 100) > 0.000001
