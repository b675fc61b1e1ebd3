-- name: funnel_by_hour
-- topic: funnel
-- answers: How does traffic shrink from inventory to clicks, by hour of the day?
-- reads: rtb_funnel funnel_geo
-- columns: one row per hour; null where the report has no hours; each rate is of the step before it
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    hour,
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
FROM v_funnel_by_hour
ORDER BY hour NULLS LAST, account_id
