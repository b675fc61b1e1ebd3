-- name: bids_by_creative
-- topic: funnel
-- answers: What does each creative bid and win in auctions?
-- reads: rtb_daily bids
-- parameter: limit int64 = 50: rows of the answer, the most bids first
-- columns: one row per creative; not_won is what was bid in auctions and lost there
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_id,
    bids,
    bids_in_auction,
    auctions_won,
    bids_in_auction - auctions_won AS not_won,
    reached_queries,
    impressions,
    round(auction_win_rate_pct, 2) AS auction_win_rate_pct
FROM v_bids_by_creative
ORDER BY bids DESC NULLS LAST, account_id, creative_id
LIMIT $limit
