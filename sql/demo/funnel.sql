-- From inventory to impressions, in one line.
SELECT
    sum(inventory_matches) AS inventory_matches,
    sum(bid_requests) AS bid_requests,
    sum(bids) AS bids,
    sum(auctions_won) AS auctions_won,
    sum(impressions) AS impressions,
    round(callout_rate_pct(sum(inventory_matches), sum(bid_requests)), 1) AS callout_rate_pct,
    round(bid_rate_pct(sum(bid_requests), sum(bids)), 1) AS bid_rate_pct,
    round(auction_win_rate_pct(sum(bids_in_auction), sum(auctions_won)), 1) AS auction_win_rate_pct,
    round(qps(sum(bid_requests), count(*)), 1) AS average_qps
FROM v_funnel_by_day
