-- name: dashboard_funnel_countries
-- answers: In which countries did bids win, and how many creatives bid there?
-- reads: rtb_daily bids
-- parameter: limit int64 = 30: rows of the answer, the most auctions won first
-- columns: one row per country that the report named; countries is how many there are in all; won_pct is of reached queries,
--   in_auction_pct of bids
-- cost: one aggregate with a distinct count over the days of the window
SELECT
    country,
    bids,
    reached_queries,
    bids_in_auction,
    auctions_won,
    creatives,
    round(share_pct(reached_queries, auctions_won), 2) AS won_pct,
    round(share_pct(bids, bids_in_auction), 2) AS in_auction_pct,
    round(share_pct(reached_queries, bids) / 100, 4) AS bids_per_query,
    count(*) OVER (PARTITION BY account_id) AS countries
FROM (
    SELECT
        account_id,
        country,
        sum(bids) AS bids,
        sum(reached_queries) AS reached_queries,
        sum(bids_in_auction) AS bids_in_auction,
        sum(auctions_won) AS auctions_won,
        count(DISTINCT creative_id) AS creatives
    FROM rtb_daily
    WHERE report = 'bids' AND country IS NOT NULL
    GROUP BY account_id, country
) AS traffic
ORDER BY auctions_won DESC NULLS LAST, bids DESC NULLS LAST, country
LIMIT $limit
