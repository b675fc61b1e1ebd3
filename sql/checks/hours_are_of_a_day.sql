-- name: hours_are_of_a_day
-- finds: hours outside 0 to 23
-- cost: one scan of the hours of all tables
SELECT account_id, report, metric_date, hour
FROM (
    SELECT account_id, report, metric_date, hour FROM rtb_daily
    UNION ALL
    SELECT account_id, report, metric_date, hour FROM rtb_funnel
    UNION ALL
    SELECT account_id, report, metric_date, hour FROM rtb_bid_filtering
    UNION ALL
    SELECT account_id, report, metric_date, hour FROM rtb_quality
) AS stored
WHERE hour NOT BETWEEN 0 AND 23
LIMIT 100
