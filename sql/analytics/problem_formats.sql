-- name: problem_formats
-- topic: creatives
-- answers: Which creatives have a format that costs more than it brings: disapproved, of an odd size, or never winning?
-- reads: rtb_daily performance
-- parameter: size_tolerance int64 = -1: pixels by which a size may differ from a standard one; -1 is the setting
-- parameter: buyer_id text = all: only creatives of this seat
-- columns: those of v_problem_formats, the worst first
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    creative_id,
    buyer_id,
    problem,
    severity,
    format,
    canonical_size,
    approval_status,
    standard_distance_px,
    nearest_standard_size,
    reached_queries,
    impressions,
    round(win_rate_pct, 2) AS win_rate_pct
FROM (
    SELECT
        account_id,
        creative_id,
        buyer_id,
        problem,
        severity,
        format,
        canonical_size,
        approval_status,
        standard_distance_px,
        nearest_standard_size,
        reached_queries,
        impressions,
        win_rate_pct
    FROM v_problem_formats
    WHERE problem <> 'non_standard' OR $size_tolerance < 0
    UNION ALL
    SELECT
        account_id,
        creative_id,
        buyer_id,
        'non_standard' AS problem,
        'medium' AS severity,
        format,
        canonical_size,
        approval_status,
        standard_distance_px,
        nearest_standard_size,
        NULL AS reached_queries,
        NULL AS impressions,
        NULL AS win_rate_pct
    FROM v_creative_sizes
    WHERE $size_tolerance >= 0 AND standard_distance_px > $size_tolerance
) AS problems
WHERE $buyer_id = 'all' OR buyer_id = $buyer_id
ORDER BY CASE severity WHEN 'high' THEN 0 ELSE 1 END, reached_queries DESC NULLS LAST, account_id, creative_id, problem
