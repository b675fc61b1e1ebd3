-- name: advice_size_traffic
-- answers: What did each creative size reach, win and cost?
-- reads: rtb_daily performance
-- columns: of v_size_coverage; width is null for labels
-- cost: that of v_size_coverage
SELECT account_id, creative_size, reached_queries, impressions, spend_micros, currency, width
FROM v_size_coverage
ORDER BY reached_queries DESC NULLS LAST, account_id, creative_size
