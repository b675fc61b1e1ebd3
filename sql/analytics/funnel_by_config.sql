-- name: funnel_by_config
-- topic: funnel
-- answers: How does traffic shrink from reached queries to clicks in each pretargeting config?
-- reads: rtb_daily performance
-- parameter: limit int64 = 20: configs of the answer
-- columns: one row per config and step, from inventory to clicks; the shares are of the nearest step before and of the first step that the reports carry; a step that they do not carry is null; is_above_100: reports sample, so a step can be more than the one before
-- cost: one aggregate over the days of the window; Google combines bids with no config, so these steps are null
SELECT
    account_id,
    billing_id,
    display_name,
    step_number,
    step,
    count,
    round(share_pct(lag(count) IGNORE NULLS OVER of_one, count), 2) AS share_of_step_before_pct,
    round(share_pct(first_value(count) IGNORE NULLS OVER of_one, count), 2) AS share_of_first_pct,
    count > lag(count) IGNORE NULLS OVER of_one AS is_above_100
FROM (
    SELECT
        account_id,
        billing_id,
        display_name,
        place,
        step_number,
        step,
        CASE step
            WHEN 'inventory_matches' THEN inventory_matches
            WHEN 'bid_requests' THEN bid_requests
            WHEN 'successful_responses' THEN successful_responses
            WHEN 'bids' THEN bids
            WHEN 'bids_in_auction' THEN bids_in_auction
            WHEN 'auctions_won' THEN auctions_won
            WHEN 'reached_queries' THEN reached_queries
            WHEN 'impressions' THEN impressions
            WHEN 'clicks' THEN clicks
        END AS count
    FROM (
        SELECT *, row_number() OVER (ORDER BY reached_queries DESC NULLS LAST, account_id, billing_id, display_name) AS place
        FROM (
            SELECT
                traffic.account_id,
                traffic.billing_id,
                CASE WHEN configs.config_id IS NULL THEN 'unattributed' ELSE coalesce(configs.user_name, configs.display_name) END AS display_name,
                CAST(NULL AS BIGINT) AS inventory_matches,
                CAST(NULL AS BIGINT) AS bid_requests,
                CAST(NULL AS BIGINT) AS successful_responses,
                CAST(NULL AS BIGINT) AS bids,
                CAST(NULL AS BIGINT) AS bids_in_auction,
                CAST(NULL AS BIGINT) AS auctions_won,
                traffic.reached_queries,
                traffic.impressions,
                traffic.clicks
            FROM (
                SELECT
                    account_id,
                    billing_id,
                    sum(reached_queries) AS reached_queries,
                    sum(impressions) AS impressions,
                    sum(clicks) AS clicks
                FROM v_performance
                GROUP BY account_id, billing_id
            ) AS traffic
            LEFT JOIN pretargeting_configs AS configs
                ON configs.account_id = traffic.account_id AND configs.billing_id = traffic.billing_id
        ) AS joined
    ) AS funnel
    CROSS JOIN (VALUES (1, 'inventory_matches'), (2, 'bid_requests'), (3, 'successful_responses'), (4, 'bids'), (5, 'bids_in_auction'), (6, 'auctions_won'), (7, 'reached_queries'), (8, 'impressions'), (9, 'clicks')) AS steps (step_number, step)
    WHERE place <= $limit
) AS counted
WINDOW of_one AS (PARTITION BY account_id, place ORDER BY step_number)
ORDER BY account_id, place, step_number
