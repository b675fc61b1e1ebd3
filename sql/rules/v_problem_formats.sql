-- v_problem_formats: creatives whose format costs more than it brings.
-- Rows: one per account, creative and problem: disapproved (high); non_standard (medium: an HTML creative whose size is
--   not within thresholds.size_near_standard_px of a standard one); zero_wins (high: much reached, no impression);
--   low_win_rate (medium). Creatives that Google no longer lists count only for their traffic.
-- Reads: creatives, v_waste_by_creative, v_creative_sizes, thresholds.
-- Null: figures of a creative without traffic in the session's days.
-- Cost: one aggregate over the days of the session.
SELECT
    account_id,
    creative_id,
    buyer_id,
    format,
    canonical_size,
    approval_status,
    standard_distance_px,
    nearest_standard_size,
    problem,
    CASE problem WHEN 'disapproved' THEN 'high' WHEN 'zero_wins' THEN 'high' ELSE 'medium' END AS severity,
    reached_queries,
    impressions,
    win_rate_pct
FROM (
    SELECT
        coalesce(creative.account_id, traffic.account_id) AS account_id,
        coalesce(creative.creative_id, traffic.creative_id) AS creative_id,
        creative.buyer_id,
        creative.format,
        creative.canonical_size,
        creative.approval_status,
        creative.standard_distance_px,
        creative.nearest_standard_size,
        traffic.reached_queries,
        traffic.impressions,
        traffic.win_rate_pct
    FROM v_creative_sizes AS creative
    FULL OUTER JOIN v_waste_by_creative AS traffic
        ON traffic.account_id = creative.account_id AND traffic.creative_id = creative.creative_id
) AS creatives
CROSS JOIN thresholds
CROSS JOIN (VALUES ('disapproved'), ('non_standard'), ('zero_wins'), ('low_win_rate')) AS problems (problem)
WHERE CASE problem
    WHEN 'disapproved' THEN approval_status = 'DISAPPROVED'
    WHEN 'non_standard' THEN standard_distance_px > size_near_standard_px
    WHEN 'zero_wins' THEN reached_queries >= format_zero_win_reached AND impressions = 0
    WHEN 'low_win_rate' THEN win_rate_pct < format_low_win_pct AND reached_queries >= format_low_win_reached
        AND NOT (reached_queries >= format_zero_win_reached AND impressions = 0)
END
