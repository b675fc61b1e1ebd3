-- name: dashboard_pretargeting
-- answers: How much of each country's inventory does pretargeting let through, and how much of that is reached?
-- reads: rtb_funnel funnel_geo
-- parameter: limit int64 = 30: rows of the answer, the most bid requests first
-- columns: one row per country; reached queries are of performance reports, the rest of funnel_geo, each added up before they are joined;
--   match_pct is bid requests of inventory matches, reach_rate_pct reached queries of bid requests
-- cost: one aggregate by country over each kind in the window
SELECT
    funnel.country,
    funnel.bid_requests,
    funnel.inventory_matches,
    traffic.reached_queries,
    funnel.bids,
    funnel.auctions_won,
    round(funnel.callout_rate_pct, 2) AS match_pct,
    round(share_pct(funnel.bid_requests, traffic.reached_queries), 4) AS reach_rate_pct
FROM v_funnel_by_country AS funnel
LEFT JOIN v_waste_by_country AS traffic
    ON traffic.account_id = funnel.account_id AND traffic.country = funnel.country
WHERE funnel.country IS NOT NULL
ORDER BY funnel.bid_requests DESC NULLS LAST, funnel.country
LIMIT $limit
