-- name: dashboard_configs
-- answers: What did each billing id reach and win, and in which sizes most?
-- reads: rtb_daily performance
-- parameter: sizes int64 = 5: sizes of each billing id, the most reached queries first
-- columns: that many rows per billing id; the figures are the billing id's, those that begin with size_ the size's, those with all_
--   the account's; size is null where the report named none; size_count is how many sizes it named
-- cost: one aggregate by billing id and size over the days of the window
SELECT
    billing_id,
    reached_queries,
    impressions,
    round(win_rate_pct(reached_queries, impressions), 2) AS win_rate_pct,
    round(waste_rate_pct(reached_queries, impressions), 2) AS waste_rate_pct,
    size_count,
    size,
    size_reached,
    size_impressions,
    round(win_rate_pct(size_reached, size_impressions), 2) AS size_win_rate_pct,
    round(waste_rate_pct(size_reached, size_impressions), 2) AS size_waste_rate_pct,
    all_reached,
    all_impressions,
    round(win_rate_pct(all_reached, all_impressions), 2) AS all_win_rate_pct,
    round(waste_rate_pct(all_reached, all_impressions), 2) AS all_waste_rate_pct
FROM (
    SELECT
        account_id,
        billing_id,
        size,
        size_reached,
        size_impressions,
        sum(size_reached) OVER (PARTITION BY account_id, billing_id) AS reached_queries,
        sum(size_impressions) OVER (PARTITION BY account_id, billing_id) AS impressions,
        count(size) OVER (PARTITION BY account_id, billing_id) AS size_count,
        sum(size_reached) OVER (PARTITION BY account_id) AS all_reached,
        sum(size_impressions) OVER (PARTITION BY account_id) AS all_impressions,
        row_number() OVER (
            PARTITION BY account_id, billing_id ORDER BY size IS NULL, size_reached DESC NULLS LAST, size
        ) AS place
    FROM (
        SELECT
            account_id,
            billing_id,
            creative_size AS size,
            sum(reached_queries) AS size_reached,
            sum(impressions) AS size_impressions
        FROM v_performance
        GROUP BY account_id, billing_id, creative_size
    ) AS by_size
) AS ranked
WHERE place <= $sizes
ORDER BY reached_queries DESC NULLS LAST, billing_id, place
