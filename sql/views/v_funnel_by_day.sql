-- v_funnel_by_day: from inventory to clicks, day by day, over all days of the session.
-- Rows: one per account and day with rows.
-- Reads: rtb_funnel, kind funnel_geo.
-- Null: a count that the reports did not carry, and a rate without a denominator. Counts are sampled, so a rate can be
--   above 100.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    metric_date,
    inventory_matches,
    bid_requests,
    successful_responses,
    bids,
    bids_in_auction,
    auctions_won,
    reached_queries,
    impressions,
    clicks,
    callout_rate_pct(inventory_matches, bid_requests) AS callout_rate_pct,
    response_rate_pct(bid_requests, successful_responses) AS response_rate_pct,
    bid_rate_pct(bid_requests, bids) AS bid_rate_pct,
    auction_win_rate_pct(bids_in_auction, auctions_won) AS auction_win_rate_pct
FROM (
    SELECT
        account_id,
        metric_date,
        sum(inventory_matches) AS inventory_matches,
        sum(bid_requests) AS bid_requests,
        sum(successful_responses) AS successful_responses,
        sum(bids) AS bids,
        sum(bids_in_auction) AS bids_in_auction,
        sum(auctions_won) AS auctions_won,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks
    FROM rtb_funnel
    WHERE report = 'funnel_geo'
    GROUP BY account_id, metric_date
) AS funnel
