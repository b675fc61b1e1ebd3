-- v_bids_by_creative: what each creative bid and won in auctions, over all days of the session.
-- Rows: one per account and creative id, whether a sync named the creative or not.
-- Reads: rtb_daily, kind bids. Google combines bids with no config: by billing id there are none.
-- Null: a count that the reports did not carry, and a rate without a denominator.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    creative_id,
    bids,
    bids_in_auction,
    auctions_won,
    reached_queries,
    impressions,
    auction_win_rate_pct(bids_in_auction, auctions_won) AS auction_win_rate_pct
FROM (
    SELECT
        account_id,
        creative_id,
        sum(bids) AS bids,
        sum(bids_in_auction) AS bids_in_auction,
        sum(auctions_won) AS auctions_won,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions
    FROM rtb_daily
    WHERE report = 'bids'
    GROUP BY account_id, creative_id
) AS bids
