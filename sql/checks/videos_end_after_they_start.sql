-- name: videos_end_after_they_start
-- finds: rows with more completed videos than started ones
-- severity: warning
-- cost: one scan of two metrics
SELECT account_id, report, metric_date, creative_id, video_starts, video_completions, import_batch_id
FROM rtb_daily
WHERE video_completions > video_starts
LIMIT 100
