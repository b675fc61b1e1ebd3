-- name: other_views_add_up
-- finds: views of the funnel, of bids or of quality whose sums are not those of the rows they read
-- cost: an aggregate over all days for each of these views
WITH stored AS (
    SELECT 'funnel_geo' AS kind, account_id, sum(bid_requests) AS first, sum(bids) AS second, sum(impressions) AS third
    FROM rtb_funnel
    WHERE report = 'funnel_geo'
    GROUP BY account_id
    UNION ALL
    SELECT 'funnel_publisher' AS kind, account_id, sum(bid_requests) AS first, sum(bids) AS second, sum(impressions) AS third
    FROM rtb_funnel
    WHERE report = 'funnel_publisher'
    GROUP BY account_id
    UNION ALL
    SELECT 'bids' AS kind, account_id, sum(bids) AS first, sum(auctions_won) AS second, sum(impressions) AS third
    FROM rtb_daily
    WHERE report = 'bids'
    GROUP BY account_id
    UNION ALL
    SELECT 'quality' AS kind, account_id, sum(impressions) AS first, sum(active_view_viewable) AS second, sum(ivt_credited_impressions) AS third
    FROM rtb_quality
    WHERE report = 'quality'
    GROUP BY account_id
),
shown AS (
    SELECT 'v_funnel_by_day' AS view_name, account_id, sum(bid_requests) AS first, sum(bids) AS second, sum(impressions) AS third
    FROM v_funnel_by_day
    GROUP BY account_id
    UNION ALL
    SELECT 'v_funnel_by_country' AS view_name, account_id, sum(bid_requests) AS first, sum(bids) AS second, sum(impressions) AS third
    FROM v_funnel_by_country
    GROUP BY account_id
    UNION ALL
    SELECT 'v_funnel_by_hour' AS view_name, account_id, sum(bid_requests) AS first, sum(bids) AS second, sum(impressions) AS third
    FROM v_funnel_by_hour
    GROUP BY account_id
    UNION ALL
    SELECT 'v_funnel_by_publisher' AS view_name, account_id, sum(bid_requests) AS first, sum(bids) AS second, sum(impressions) AS third
    FROM v_funnel_by_publisher
    GROUP BY account_id
    UNION ALL
    SELECT 'v_bids_by_creative' AS view_name, account_id, sum(bids) AS first, sum(auctions_won) AS second, sum(impressions) AS third
    FROM v_bids_by_creative
    GROUP BY account_id
    UNION ALL
    SELECT 'v_bids_by_country' AS view_name, account_id, sum(bids) AS first, sum(auctions_won) AS second, sum(impressions) AS third
    FROM v_bids_by_country
    GROUP BY account_id
    UNION ALL
    SELECT 'v_quality_by_publisher' AS view_name, account_id, sum(impressions) AS first, sum(active_view_viewable) AS second, sum(ivt_credited_impressions) AS third
    FROM v_quality_by_publisher
    GROUP BY account_id
    UNION ALL
    SELECT 'v_quality_by_config' AS view_name, account_id, sum(impressions) AS first, sum(active_view_viewable) AS second, sum(ivt_credited_impressions) AS third
    FROM v_quality_by_config
    GROUP BY account_id
    UNION ALL
    SELECT 'v_quality_by_creative' AS view_name, account_id, sum(impressions) AS first, sum(active_view_viewable) AS second, sum(ivt_credited_impressions) AS third
    FROM v_quality_by_creative
    GROUP BY account_id
),
views AS (
    SELECT view_name, kind
    FROM (VALUES
        ('v_funnel_by_day', 'funnel_geo'),
        ('v_funnel_by_country', 'funnel_geo'),
        ('v_funnel_by_hour', 'funnel_geo'),
        ('v_funnel_by_publisher', 'funnel_publisher'),
        ('v_bids_by_creative', 'bids'),
        ('v_bids_by_country', 'bids'),
        ('v_quality_by_publisher', 'quality'),
        ('v_quality_by_config', 'quality'),
        ('v_quality_by_creative', 'quality')
    ) AS of_kind (view_name, kind)
)
SELECT views.view_name, stored.account_id, stored.first AS stored, shown.first AS shown
FROM stored
JOIN views ON views.kind = stored.kind
LEFT JOIN shown ON shown.view_name = views.view_name AND shown.account_id = stored.account_id
WHERE (stored.first IS DISTINCT FROM shown.first)
   OR (stored.second IS DISTINCT FROM shown.second)
   OR (stored.third IS DISTINCT FROM shown.third)
