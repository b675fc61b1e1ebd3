-- name: dashboard_hours
-- answers: At which hours of the day did bid requests come, and how many bids won?
-- reads: rtb_funnel funnel_geo
-- columns: one row per hour that the report named; bid_rate_pct is of requests, won_pct of bids
-- cost: one aggregate over the days of the window
SELECT
    hour,
    bid_requests,
    bids,
    auctions_won,
    impressions,
    round(bid_rate_pct, 2) AS bid_rate_pct,
    round(share_pct(bids, auctions_won), 2) AS won_pct
FROM v_funnel_by_hour
WHERE hour IS NOT NULL
ORDER BY hour
