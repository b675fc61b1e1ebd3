-- name: spend_has_impressions
-- finds: rows that cost money and have no impression
-- severity: warning
-- cost: one scan of two metrics of two tables
SELECT account_id, report, metric_date, creative_id, impressions, spend_micros, import_batch_id
FROM (
    SELECT account_id, report, metric_date, creative_id, impressions, spend_micros, import_batch_id FROM rtb_daily
    UNION ALL
    SELECT account_id, report, metric_date, creative_id, impressions, spend_micros, import_batch_id FROM rtb_quality
) AS stored
WHERE spend_micros > 0 AND impressions = 0
LIMIT 100
