-- name: days_are_not_in_the_future
-- finds: days after tomorrow, or before 2000
-- cost: one aggregate over the days of all tables
SELECT account_id, report, metric_date, count(*) AS live_rows
FROM (
    SELECT account_id, report, metric_date FROM rtb_daily
    UNION ALL
    SELECT account_id, report, metric_date FROM rtb_funnel
    UNION ALL
    SELECT account_id, report, metric_date FROM rtb_bid_filtering
    UNION ALL
    SELECT account_id, report, metric_date FROM rtb_quality
) AS stored
WHERE metric_date > current_date() + INTERVAL '1' DAY OR metric_date < DATE '2000-01-01'
GROUP BY account_id, report, metric_date
