-- name: fraud_risk
-- topic: quality
-- answers: Which publishers that people should look at have too much invalid traffic, as Google credited it?
-- reads: rtb_quality quality
-- parameter: threshold_pct float64 = 5: the share of invalid traffic from which a publisher is listed
-- parameter: limit int64 = 30: rows of the answer, the highest share first
-- columns: one row per publisher; risk_level is high from thresholds.ivt_high_pct on, else medium
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    publisher_id,
    publisher_name,
    impressions,
    ivt_credited_impressions,
    pre_filtered_impressions,
    round(ivt_rate_pct, 2) AS ivt_rate_pct,
    CASE WHEN ivt_rate_pct >= ivt_high_pct THEN 'high' ELSE 'medium' END AS risk_level
FROM v_quality_by_publisher
CROSS JOIN thresholds
WHERE ivt_rate_pct >= $threshold_pct AND ivt_credited_impressions > 0
    AND (publisher_id IS NOT NULL OR publisher_name IS NOT NULL)
ORDER BY ivt_credited_impressions * 1.0 / impressions DESC, impressions DESC, account_id, publisher_id, publisher_name
LIMIT $limit
