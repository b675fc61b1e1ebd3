-- name: dashboard_filtering
-- answers: Why did Google filter bids, in how many countries, and what might they have been worth?
-- reads: rtb_bid_filtering bid_filtering
-- parameter: currency text = : the money of the sums; money in another is not told
-- parameter: limit int64 = 20: rows of the answer, the most bids first
-- columns: one row per reason; share_pct is of all filtered bids
-- cost: one aggregate over the days of the window
SELECT
    coalesce(filtering_reason, '') AS reason,
    countries,
    bids,
    CASE WHEN coalesce(currency, $currency) = $currency THEN round(money(opportunity_cost_micros), 2) END AS opportunity_cost,
    round(share_pct(sum(bids) OVER (PARTITION BY account_id), bids), 2) AS share_pct
FROM v_bid_filtering
ORDER BY bids DESC NULLS LAST, reason
LIMIT $limit
