-- name: observed_qps
-- answers: How many bid requests came, day by day, and per second on average?
-- reads: rtb_funnel funnel_geo
-- columns: one row per day; average_qps is bid_requests over the seconds of a day
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    metric_date,
    sum(bid_requests) AS bid_requests,
    CAST(sum(bid_requests) AS DOUBLE) / 86400 AS average_qps
FROM rtb_funnel
WHERE report = 'funnel_geo'
GROUP BY account_id, metric_date
ORDER BY metric_date DESC, account_id
