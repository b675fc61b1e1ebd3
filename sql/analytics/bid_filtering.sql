-- name: bid_filtering
-- topic: funnel
-- answers: Why does Google take bids out before the auction, and what does that cost?
-- reads: rtb_bid_filtering bid_filtering
-- parameter: limit int64 = 50: rows of the answer, the most bids first
-- columns: one row per reason, in Google's words; opportunity_cost is what Google estimates, null where the report has no such column
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    filtering_reason,
    bids,
    round(share_pct(sum(bids) OVER (PARTITION BY account_id), bids), 2) AS share_of_bids_pct,
    countries,
    money(opportunity_cost_micros) AS opportunity_cost,
    currency
FROM v_bid_filtering
ORDER BY bids DESC NULLS LAST, account_id, filtering_reason
LIMIT $limit
