-- name: dashboard_requests
-- answers: How many bid requests came, and how many of them were won?
-- reads: rtb_funnel funnel_geo
-- columns: one row; won_pct is of bid requests
-- cost: one aggregate over the days of the window
SELECT
    bid_requests,
    auctions_won,
    bid_requests - auctions_won AS wasted_requests,
    round(share_pct(bid_requests, auctions_won), 2) AS won_pct
FROM (
    SELECT account_id, sum(bid_requests) AS bid_requests, sum(auctions_won) AS auctions_won
    FROM v_funnel_by_day
    GROUP BY account_id
) AS funnel
