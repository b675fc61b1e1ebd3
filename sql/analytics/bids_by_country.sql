-- name: bids_by_country
-- topic: funnel
-- answers: What is bid and won in auctions in each country?
-- reads: rtb_daily bids
-- parameter: limit int64 = 50: rows of the answer, the most bids first
-- columns: one row per country; not_won is what was bid in auctions and lost there
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    country,
    bids,
    bids_in_auction,
    auctions_won,
    bids_in_auction - auctions_won AS not_won,
    reached_queries,
    impressions,
    round(auction_win_rate_pct, 2) AS auction_win_rate_pct
FROM v_bids_by_country
ORDER BY bids DESC NULLS LAST, account_id, country
LIMIT $limit
