-- name: dashboard_config_breakdown
-- answers: In which sizes, countries, publishers or creatives did one billing id reach and win?
-- reads: rtb_daily performance
-- parameter: billing_id text = : the billing id
-- parameter: by text = size: size, geo, publisher (its name, else the app's name) or creative
-- parameter: limit int64 = 50: rows of the answer, the most reached queries first
-- columns: one row per name; rows whose report named none are left out
-- cost: one aggregate over the billing id's rows in the window
SELECT
    name,
    reached_queries,
    round(win_rate_pct(reached_queries, impressions), 1) AS win_rate_pct
FROM (
    SELECT account_id, name, sum(reached_queries) AS reached_queries, sum(impressions) AS impressions
    FROM (
        SELECT
            account_id,
            CASE WHEN $by = 'size' THEN creative_size
                 WHEN $by = 'geo' THEN country
                 WHEN $by = 'publisher' THEN coalesce(publisher_name, app_name)
                 ELSE creative_id END AS name,
            reached_queries,
            impressions
        FROM v_performance
        WHERE billing_id = $billing_id
    ) AS named
    WHERE name <> ''
    GROUP BY account_id, name
) AS traffic
ORDER BY reached_queries DESC NULLS LAST, name
LIMIT $limit
