-- name: clicks_are_within_impressions
-- finds: rows with more clicks than impressions
-- severity: warning
-- cost: one scan of two metrics of three tables
SELECT account_id, report, metric_date, impressions, clicks, import_batch_id
FROM (
    SELECT account_id, report, metric_date, impressions, clicks, import_batch_id FROM rtb_daily
    UNION ALL
    SELECT account_id, report, metric_date, impressions, clicks, import_batch_id FROM rtb_funnel
    UNION ALL
    SELECT account_id, report, metric_date, impressions, clicks, import_batch_id FROM rtb_quality
) AS stored
WHERE clicks > impressions
LIMIT 100
