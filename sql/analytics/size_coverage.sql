-- name: size_coverage
-- topic: sizes
-- answers: For which sizes with traffic are there approved creatives?
-- reads: rtb_daily performance
-- parameter: limit int64 = 50: rows of the answer, most reached queries first
-- columns: one row per creative size with traffic; approved_creatives and is_servable are null where it cannot be known: Dynamic, Unmatched, Audio, and before the first sync of creatives
-- cost: one aggregate over the days of the window, joined with the creatives
SELECT
    account_id,
    creative_size,
    reached_queries,
    round(share_pct(sum(reached_queries) OVER (PARTITION BY account_id), reached_queries), 2) AS share_of_reached_pct,
    impressions,
    clicks,
    money(spend_micros) AS spend,
    currency,
    approved_creatives,
    is_servable,
    near_standard_size
FROM v_size_coverage
ORDER BY reached_queries DESC NULLS LAST, account_id, creative_size
LIMIT $limit
