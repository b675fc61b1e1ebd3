-- v_funnel_by_publisher: from inventory to clicks, by publisher, over all days of the session.
-- Rows: one per account and publisher: its id, or its name where the id is null. A name is an attribute of its id; of several
--   it is the first by the alphabet. Both are null for what the report did not attribute.
-- Reads: rtb_funnel, kind funnel_publisher.
-- Null: a count that the reports did not carry, and a rate without a denominator. Counts are sampled, so a rate can be
--   above 100.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    publisher_id,
    publisher_name,
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
        publisher_id,
        min(publisher_name) AS publisher_name,
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
    WHERE report = 'funnel_publisher'
    GROUP BY account_id, publisher_id, CASE WHEN publisher_id IS NULL THEN publisher_name END
) AS funnel
