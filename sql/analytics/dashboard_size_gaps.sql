-- name: dashboard_size_gaps
-- answers: In which sizes and formats was less than half of what was reached won?
-- reads: rtb_daily performance
-- parameter: currency text = : the money of the sums; money in another is not in them
-- parameter: limit int64 = 20: rows of the answer, the most queries that were not won first
-- columns: one row per size and format whose reached queries are more than twice its impressions
-- cost: one aggregate over the days of the window
SELECT
    coalesce(creative_size, '') AS size,
    coalesce(creative_format, '') AS format,
    reached_queries,
    impressions,
    reached_queries - impressions AS gap_queries,
    round(money(spend_micros), 2) AS spend,
    round(win_rate_pct(reached_queries, impressions), 2) AS win_rate_pct
FROM (
    SELECT
        account_id,
        creative_size,
        creative_format,
        sum(reached_queries) AS reached_queries,
        coalesce(sum(impressions), 0) AS impressions,
        sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros
    FROM v_performance
    GROUP BY account_id, creative_size, creative_format
) AS traffic
WHERE reached_queries > 2 * impressions
ORDER BY gap_queries DESC, size, format
LIMIT $limit
