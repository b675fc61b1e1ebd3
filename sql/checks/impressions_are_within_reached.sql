-- name: impressions_are_within_reached
-- finds: performance rows with more impressions than reached queries
-- severity: warning
-- cost: one scan of two metrics
SELECT account_id, metric_date, billing_id, creative_id, reached_queries, impressions, import_batch_id
FROM rtb_daily
WHERE report = 'performance' AND impressions > reached_queries
LIMIT 100
