-- name: dashboard_invalid_traffic
-- answers: Of which publishers did Google credit impressions as invalid traffic?
-- reads: rtb_quality quality
-- parameter: from float64 = 5: share of invalid traffic in percent from which a publisher is told
-- parameter: limit int64 = 30: rows of the answer, the highest share first
-- columns: one row per publisher; is_high by the threshold ivt_high_pct
-- cost: one aggregate over the days of the window
SELECT
    coalesce(publisher_id, publisher_name, '') AS publisher_id,
    coalesce(publisher_name, publisher_id, '') AS publisher_name,
    impressions,
    ivt_credited_impressions,
    pre_filtered_impressions,
    round(ivt_rate_pct, 2) AS ivt_rate_pct,
    ivt_rate_pct >= ivt_high_pct AS is_high
FROM v_quality_by_publisher
CROSS JOIN thresholds
WHERE ivt_rate_pct >= $from
ORDER BY ivt_rate_pct DESC, impressions DESC, publisher_id, publisher_name
LIMIT $limit
