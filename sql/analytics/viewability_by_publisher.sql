-- name: viewability_by_publisher
-- topic: quality
-- answers: How visible and how valid are the impressions of each publisher?
-- reads: rtb_quality quality
-- parameter: limit int64 = 50: rows of the answer, the most impressions first
-- columns: one row per publisher; Google reports visibility and invalid traffic in different files, and what a file lacks is null
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    publisher_id,
    publisher_name,
    impressions,
    active_view_measurable,
    active_view_viewable,
    round(viewability_pct, 2) AS viewability_pct,
    ivt_credited_impressions,
    pre_filtered_impressions,
    round(ivt_rate_pct, 2) AS ivt_rate_pct,
    money(spend_micros) AS spend,
    currency
FROM v_quality_by_publisher
ORDER BY impressions DESC NULLS LAST, account_id, publisher_id, publisher_name
LIMIT $limit
