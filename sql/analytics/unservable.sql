-- name: unservable
-- topic: sizes
-- answers: How much of the traffic could never be served, because no approved creative fits?
-- reads: rtb_daily performance
-- columns: one row; servable, unservable and unknown queries add up to reached_queries; unknown are sizes of which it cannot be said
-- cost: one aggregate over the days of the window, joined with the creatives
SELECT
    account_id,
    reached_queries,
    servable_queries,
    unservable_queries,
    unknown_queries,
    round(unservable_rate_pct, 2) AS unservable_rate_pct
FROM v_unservable
ORDER BY account_id
