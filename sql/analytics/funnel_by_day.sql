-- name: funnel_by_day
-- topic: funnel
-- answers: How does traffic shrink from inventory to clicks, day by day?
-- reads: rtb_funnel funnel_geo
-- columns: one row per day, the newest first; each rate is of the step before it
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    metric_date,
    inventory_matches,
    bid_requests,
    successful_responses,
    bids,
    bids_in_auction,
    auctions_won,
    impressions,
    clicks,
    round(callout_rate_pct, 2) AS callout_rate_pct,
    round(response_rate_pct, 2) AS response_rate_pct,
    round(bid_rate_pct, 2) AS bid_rate_pct,
    round(auction_win_rate_pct, 2) AS auction_win_rate_pct
FROM v_funnel_by_day
ORDER BY metric_date DESC, account_id
