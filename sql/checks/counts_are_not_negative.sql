-- name: counts_are_not_negative
-- finds: rows with a negative count or amount
-- cost: one scan of the metrics
SELECT account_id, report, metric_date, billing_id, creative_id, reached_queries, impressions, clicks, spend_micros
FROM rtb_daily
WHERE reached_queries < 0 OR bids < 0 OR bids_in_auction < 0 OR auctions_won < 0 OR impressions < 0 OR clicks < 0
   OR spend_micros < 0 OR video_starts < 0 OR video_completions < 0 OR conversions < 0 OR revenue_micros < 0
LIMIT 100
