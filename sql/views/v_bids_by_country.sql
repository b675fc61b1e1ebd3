-- v_bids_by_country: what was bid and won in auctions, by country, over all days of the session.
-- Rows: one per account and country (ISO 3166-1 alpha-2 where known; null is "the report did not say").
-- Reads: rtb_daily, kind bids. Google combines bids with no config: by billing id there are none.
-- Null: a count that the reports did not carry, and a rate without a denominator.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    country,
    bids,
    bids_in_auction,
    auctions_won,
    reached_queries,
    impressions,
    auction_win_rate_pct(bids_in_auction, auctions_won) AS auction_win_rate_pct
FROM (
    SELECT
        account_id,
        country,
        sum(bids) AS bids,
        sum(bids_in_auction) AS bids_in_auction,
        sum(auctions_won) AS auctions_won,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions
    FROM rtb_daily
    WHERE report = 'bids'
    GROUP BY account_id, country
) AS bids
