-- name: waste_views_add_up
-- finds: views whose reached queries, impressions or clicks are not those of the rows they read
-- cost: an aggregate over all days for each view of waste
WITH stored AS (
    SELECT 'performance' AS kind, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_performance
    GROUP BY account_id
),
shown AS (
    SELECT 'v_waste_by_size' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_size
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_country' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_country
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_publisher' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_publisher
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_app' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_app
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_creative' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_creative
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_platform' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_platform
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_environment' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_environment
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_hour' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_hour
    GROUP BY account_id
    UNION ALL
    SELECT 'v_waste_by_day' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_waste_by_day
    GROUP BY account_id
    UNION ALL
    SELECT 'v_campaign_performance' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_campaign_performance
    GROUP BY account_id
    UNION ALL
    SELECT 'v_size_coverage' AS view_name, account_id, sum(reached_queries) AS first, sum(impressions) AS second, sum(clicks) AS third
    FROM v_size_coverage
    GROUP BY account_id
),
views AS (
    SELECT view_name, kind
    FROM (VALUES
        ('v_waste_by_size', 'performance'),
        ('v_waste_by_country', 'performance'),
        ('v_waste_by_publisher', 'performance'),
        ('v_waste_by_app', 'performance'),
        ('v_waste_by_creative', 'performance'),
        ('v_waste_by_platform', 'performance'),
        ('v_waste_by_environment', 'performance'),
        ('v_waste_by_hour', 'performance'),
        ('v_waste_by_day', 'performance'),
        ('v_campaign_performance', 'performance'),
        ('v_size_coverage', 'performance')
    ) AS of_kind (view_name, kind)
)
SELECT views.view_name, stored.account_id, stored.first AS stored, shown.first AS shown
FROM stored
JOIN views ON views.kind = stored.kind
LEFT JOIN shown ON shown.view_name = views.view_name AND shown.account_id = stored.account_id
WHERE (stored.first IS DISTINCT FROM shown.first)
   OR (stored.second IS DISTINCT FROM shown.second)
   OR (stored.third IS DISTINCT FROM shown.third)
