-- name: viewability_by_creative
-- topic: quality
-- answers: How visible and how valid are the impressions of each creative?
-- reads: rtb_quality quality
-- parameter: limit int64 = 50: rows of the answer, the most impressions first
-- columns: one row per creative; Google reports visibility and invalid traffic in different files, and what a file lacks is null
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_id,
    impressions,
    active_view_measurable,
    active_view_viewable,
    round(viewability_pct, 2) AS viewability_pct,
    ivt_credited_impressions,
    pre_filtered_impressions,
    round(ivt_rate_pct, 2) AS ivt_rate_pct,
    money(spend_micros) AS spend,
    currency
FROM v_quality_by_creative
ORDER BY impressions DESC NULLS LAST, account_id, creative_id
LIMIT $limit
