-- name: dashboard_sizes
-- answers: Which sizes of the traffic have approved creatives, and how much traffic has none?
-- reads: rtb_daily performance
-- parameter: days int64 = 7: days of the window, for figures per day and per second
-- parameter: billing_id text = : only this billing id; all where empty
-- parameter: billing_ids text = : only these, comma-separated; all where empty
-- parameter: near text = no: yes also names the standard size that a size is near, for another aggregate
-- parameter: currency text = : the money of the sums; money in another is not in them
-- columns: one row per size that the reports named, the most reached queries first; format is the one with most of them;
--   is_servable and approved_creatives as in v_size_coverage, null where it is not known; figures with all_ are of all sizes, those
--   with gap_ of sizes without creatives; advice is block, add or low for a size without
-- cost: one aggregate by size and format over the days of the window
SELECT
    size,
    format,
    reached_queries,
    impressions,
    round(money(spend_micros), 2) AS spend,
    round(ctr_pct(impressions, clicks), 2) AS ctr_pct,
    is_servable,
    approved_creatives,
    near_standard_size,
    daily,
    qps(reached_queries, $days) AS qps,
    round(share_pct(all_reached, reached_queries), 2) AS share_pct,
    CASE WHEN NOT is_servable THEN
        CASE WHEN reached_queries >= size_block_daily * $days THEN 'block'
             WHEN reached_queries >= size_add_daily * $days THEN 'add'
             ELSE 'low' END
    END AS advice,
    approved_creatives < size_low_creatives AND reached_queries >= size_low_reached AS is_low,
    all_reached,
    gap_reached,
    gap_daily,
    qps(gap_daily, 1) AS gap_daily_qps,
    round(share_pct(known_reached, covered_reached), 2) AS all_covered_pct,
    round(share_pct(all_reached, coalesce(gap_reached, 0)), 2) AS all_gap_pct
FROM (
    -- Sums over all sizes stand as columns of their own: the engine plans no window inside a function.
    SELECT
        *,
        sum(reached_queries) OVER of_account AS all_reached,
        sum(gap) OVER of_account AS gap_reached,
        sum(gap_of_day) OVER of_account AS gap_daily,
        sum(known) OVER of_account AS known_reached,
        sum(covered) OVER of_account AS covered_reached
    FROM (
        SELECT
            *,
            reached_queries / $days AS daily,
            CASE WHEN NOT is_servable THEN reached_queries END AS gap,
            CASE WHEN NOT is_servable THEN reached_queries / $days END AS gap_of_day,
            CASE WHEN is_servable IS NOT NULL THEN reached_queries END AS known,
            CASE WHEN is_servable THEN reached_queries ELSE 0 END AS covered
        FROM (
            SELECT
                traffic.account_id,
                traffic.size,
                traffic.format,
                traffic.reached_queries,
                traffic.impressions,
                traffic.clicks,
                traffic.spend_micros,
                CASE WHEN synced.account_id IS NOT NULL AND (traffic.is_wxh OR labels.creative_size IS NOT NULL)
                     THEN coalesce(servable.approved_creatives, 0) > 0 END AS is_servable,
                CASE WHEN synced.account_id IS NOT NULL AND (traffic.is_wxh OR labels.creative_size IS NOT NULL)
                     THEN coalesce(servable.approved_creatives, 0) END AS approved_creatives,
                near.near_standard_size
            FROM (
                SELECT
                    account_id,
                    creative_size AS size,
                    coalesce(creative_format, '') AS format,
                    regexp_like(creative_size, '^[0-9]{1,9}x[0-9]{1,9}$') AS is_wxh,
                    sum(reached_queries) OVER by_size AS reached_queries,
                    sum(impressions) OVER by_size AS impressions,
                    sum(clicks) OVER by_size AS clicks,
                    sum(spend_micros) OVER by_size AS spend_micros,
                    row_number() OVER (
                        PARTITION BY account_id, creative_size ORDER BY reached_queries DESC NULLS LAST, creative_format
                    ) AS place
                FROM (
                    SELECT
                        account_id,
                        creative_size,
                        creative_format,
                        CASE WHEN $billing_ids = '' THEN '' ELSE billing_id END AS config,
                        sum(reached_queries) AS reached_queries,
                        sum(impressions) AS impressions,
                        sum(clicks) AS clicks,
                        sum(CASE WHEN coalesce(currency, $currency) = $currency THEN spend_micros END) AS spend_micros
                    FROM v_performance
                    WHERE creative_size IS NOT NULL AND ($billing_id = '' OR billing_id = $billing_id)
                    GROUP BY
                        account_id,
                        creative_size,
                        creative_format,
                        CASE WHEN $billing_ids = '' THEN '' ELSE billing_id END
                ) AS by_format
                WHERE $billing_ids = '' OR strpos(concat(',', $billing_ids, ','), concat(',', config, ',')) > 0
                WINDOW by_size AS (PARTITION BY account_id, creative_size)
            ) AS traffic
            LEFT JOIN v_servable_sizes AS servable
                ON servable.account_id = traffic.account_id AND servable.creative_size = traffic.size
            LEFT JOIN (SELECT DISTINCT creative_size FROM size_labels) AS labels
                ON labels.creative_size = traffic.size
            LEFT JOIN (SELECT DISTINCT account_id FROM creatives WHERE approval_status IS NOT NULL) AS synced
                ON synced.account_id = traffic.account_id
            LEFT JOIN (
                SELECT DISTINCT account_id, creative_size, near_standard_size
                FROM v_size_coverage
                WHERE near_standard_size IS NOT NULL AND $near = 'yes'
            ) AS near
                ON near.account_id = traffic.account_id AND near.creative_size = traffic.size
            WHERE traffic.place = 1
        ) AS traffic_and_creatives
    ) AS split
    WINDOW of_account AS (PARTITION BY account_id)
) AS covered
CROSS JOIN thresholds
ORDER BY reached_queries DESC NULLS LAST, size
