-- v_size_gaps: for which creative sizes there is traffic and no approved creative, and what to do about each.
-- Rows: one per account and size with traffic or with approved creatives. coverage is none (traffic, no creative), low (few creatives for much
--   traffic), good, excess (creatives, no traffic) or unknown (it cannot be known what would serve the size). rule is of
--   gaps only, by the queries of a day with reports: block; flexible (as much traffic, and near a standard size that one
--   flexible creative serves); add_creative; monitor. size_kind says what a size that is not standard is used for.
--   Sizes of pretargeting are include-only: adding one excludes all others; advice says so.
-- Reads: v_size_coverage, v_servable_sizes, v_performance (days), thresholds.
-- Null: rule, severity and advice where there is no gap; a metric that the reports did not carry.
-- Cost: one aggregate over the days of the session, and a look at its days.
SELECT
    account_id,
    creative_size,
    size_kind,
    near_standard_size,
    reached_queries,
    daily_queries,
    impressions,
    spend_micros,
    currency,
    approved_creatives,
    coverage,
    rule,
    CASE rule WHEN 'block' THEN 'high' WHEN 'monitor' THEN 'low' WHEN 'flexible' THEN 'medium'
        WHEN 'add_creative' THEN 'medium' END AS severity,
    CASE rule
        WHEN 'block' THEN 'leave it out: list the sizes that you have creatives for in the config; sizes of pretargeting '
            || 'are include-only, so adding one excludes all others'
        WHEN 'flexible' THEN 'serve it with a flexible creative of ' || near_standard_size
        WHEN 'add_creative' THEN 'make a creative of this size, or leave it out of the config; sizes of pretargeting are '
            || 'include-only, so adding one excludes all others'
        WHEN 'monitor' THEN 'watch it: there is little traffic'
    END AS advice
FROM (
    SELECT
        *,
        CASE WHEN coverage <> 'none' THEN NULL
             WHEN daily_queries >= size_add_daily AND near_standard_size IS NOT NULL THEN 'flexible'
             WHEN daily_queries >= size_block_daily THEN 'block'
             WHEN daily_queries >= size_add_daily THEN 'add_creative'
             ELSE 'monitor' END AS rule
    FROM (
        SELECT
            sizes.account_id,
            sizes.creative_size,
            sizes.reached_queries,
            CAST(sizes.reached_queries AS DOUBLE) / nullif(reports.days, 0) AS daily_queries,
            sizes.impressions,
            sizes.spend_micros,
            sizes.currency,
            sizes.approved_creatives,
            sizes.near_standard_size,
            CASE
                WHEN standard.creative_size IS NOT NULL THEN 'standard'
                WHEN sizes.width IS NULL OR sizes.height IS NULL THEN 'label'
                WHEN sizes.width = 0 OR sizes.height = 0 THEN 'fluid'
                WHEN sizes.width = 1 AND sizes.height = 1 THEN 'responsive'
                -- In whole numbers, so that a border belongs to its kind.
                WHEN sizes.width * 10 BETWEEN sizes.height * 5 AND sizes.height * 6 THEN 'vertical video'
                WHEN sizes.width * 10 BETWEEN sizes.height * 17 AND sizes.height * 18 THEN 'horizontal video'
                WHEN sizes.width * 10 BETWEEN sizes.height * 9 AND sizes.height * 11 THEN 'square'
                WHEN sizes.width * 10 BETWEEN sizes.height * 7 AND sizes.height * 8 THEN 'portrait 4:5'
                ELSE 'non-standard'
            END AS size_kind,
            CASE
                WHEN sizes.is_servable IS NULL THEN 'unknown'
                WHEN coalesce(sizes.reached_queries, 0) = 0 AND sizes.is_servable THEN 'excess'
                WHEN NOT sizes.is_servable THEN 'none'
                WHEN sizes.approved_creatives < limits.size_low_creatives
                    AND sizes.reached_queries >= limits.size_low_reached THEN 'low'
                ELSE 'good'
            END AS coverage,
            limits.size_block_daily,
            limits.size_add_daily
        FROM (
            SELECT
                coalesce(traffic.account_id, servable.account_id) AS account_id,
                coalesce(traffic.creative_size, servable.creative_size) AS creative_size,
                traffic.reached_queries,
                traffic.impressions,
                traffic.spend_micros,
                traffic.currency,
                CASE WHEN traffic.account_id IS NULL THEN servable.approved_creatives
                     ELSE traffic.approved_creatives END AS approved_creatives,
                CASE WHEN traffic.account_id IS NULL THEN true ELSE traffic.is_servable END AS is_servable,
                traffic.near_standard_size,
                coalesce(traffic.width, TRY_CAST(split_part(servable.creative_size, 'x', 1) AS BIGINT)) AS width,
                coalesce(traffic.height, TRY_CAST(split_part(servable.creative_size, 'x', 2) AS BIGINT)) AS height
            FROM v_size_coverage AS traffic
            FULL OUTER JOIN v_servable_sizes AS servable
                ON servable.account_id = traffic.account_id AND servable.creative_size = traffic.creative_size
        ) AS sizes
        CROSS JOIN thresholds AS limits
        LEFT JOIN standard_sizes AS standard ON standard.creative_size = sizes.creative_size
        LEFT JOIN (
            SELECT account_id, count(DISTINCT metric_date) AS days FROM v_performance GROUP BY account_id
        ) AS reports ON reports.account_id = sizes.account_id
    ) AS covered
) AS judged
