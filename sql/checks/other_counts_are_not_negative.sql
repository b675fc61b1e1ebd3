-- name: other_counts_are_not_negative
-- finds: rows of the funnel, of bid filtering or of quality with a negative count or amount
-- cost: one scan of the metrics of three tables
SELECT 'rtb_funnel' AS fact_table, account_id, report, metric_date, import_batch_id
FROM rtb_funnel
WHERE inventory_matches < 0 OR bid_requests < 0 OR successful_responses < 0 OR bids < 0 OR bids_in_auction < 0
   OR auctions_won < 0 OR reached_queries < 0 OR impressions < 0 OR clicks < 0 OR spend_micros < 0
UNION ALL
SELECT 'rtb_bid_filtering' AS fact_table, account_id, report, metric_date, import_batch_id
FROM rtb_bid_filtering
WHERE bids < 0 OR opportunity_cost_micros < 0
UNION ALL
SELECT 'rtb_quality' AS fact_table, account_id, report, metric_date, import_batch_id
FROM rtb_quality
WHERE reached_queries < 0 OR impressions < 0 OR pre_filtered_impressions < 0 OR ivt_credited_impressions < 0
   OR billed_impressions < 0 OR active_view_measurable < 0 OR active_view_viewable < 0 OR clicks < 0
   OR spend_micros < 0
LIMIT 100
