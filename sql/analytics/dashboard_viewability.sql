-- name: dashboard_viewability
-- answers: Which publishers' impressions were seen less often than they should be?
-- reads: rtb_quality quality
-- parameter: below float64 = 50: viewability in percent below which a publisher is told; those with 0 are left out
-- parameter: currency text = : the money of the sums; money in another is not told
-- parameter: limit int64 = 30: rows of the answer, the most spend first
-- columns: one row per publisher; unseen_spend is the part of the spend that was not seen
-- cost: one aggregate over the days of the window
SELECT
    coalesce(publisher_id, publisher_name, '') AS publisher_id,
    coalesce(publisher_name, publisher_id, '') AS publisher_name,
    active_view_measurable,
    active_view_viewable,
    round(viewability_pct, 2) AS viewability_pct,
    CASE WHEN coalesce(currency, $currency) = $currency THEN round(money(spend_micros), 2) END AS spend,
    CASE WHEN coalesce(currency, $currency) = $currency
         THEN round(money(spend_micros * (100 - viewability_pct) / 100), 2) END AS unseen_spend
FROM v_quality_by_publisher
WHERE viewability_pct > 0 AND viewability_pct < $below
ORDER BY spend_micros DESC NULLS LAST, active_view_measurable DESC, publisher_id, publisher_name
LIMIT $limit
