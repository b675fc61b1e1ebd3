-- The headline numbers, asked of Cat-Scan: each block is one question over its views, under the name of its line in
-- docs/headline.md. duckdb.sql asks the same of the CSV files, in the same order and with the same columns.

-- name: Reached queries
SELECT sum(reached_queries) AS reached_queries FROM v_waste_by_day;

-- name: Impressions
SELECT sum(impressions) AS impressions FROM v_waste_by_day;

-- name: Clicks
SELECT sum(clicks) AS clicks FROM v_waste_by_day;

-- name: Spend
SELECT sum(spend_micros) AS spend_micros FROM v_waste_by_day;

-- name: Wasted queries
SELECT sum(wasted_queries) AS wasted_queries FROM v_waste_by_day;

-- name: Waste rate
SELECT waste_rate_pct(sum(reached_queries), sum(impressions)) AS waste_rate_pct FROM v_waste_by_day;

-- name: Win rate
SELECT win_rate_pct(sum(reached_queries), sum(impressions)) AS win_rate_pct FROM v_waste_by_day;

-- name: CTR
SELECT ctr_pct(sum(impressions), sum(clicks)) AS ctr_pct FROM v_waste_by_day;

-- name: CPM
SELECT cpm(sum(spend_micros), sum(impressions)) AS cpm FROM v_waste_by_day;

-- name: CPC
SELECT cpc(sum(spend_micros), sum(clicks)) AS cpc FROM v_waste_by_day;

-- name: Video completion rate
SELECT vcr_pct(sum(video_starts), sum(video_completions)) AS vcr_pct FROM v_waste_by_day;

-- name: Unservable queries
SELECT unservable_queries, unservable_rate_pct FROM v_unservable;

-- name: Inventory matches
SELECT sum(inventory_matches) AS inventory_matches FROM v_funnel_by_day;

-- name: Bid requests
SELECT sum(bid_requests) AS bid_requests FROM v_funnel_by_day;

-- name: Callout rate
SELECT callout_rate_pct(sum(inventory_matches), sum(bid_requests)) AS callout_rate_pct FROM v_funnel_by_country;

-- name: Response rate
SELECT response_rate_pct(sum(bid_requests), sum(successful_responses)) AS response_rate_pct FROM v_funnel_by_hour;

-- name: Bid rate
SELECT bid_rate_pct(sum(bid_requests), sum(bids)) AS bid_rate_pct FROM v_funnel_by_publisher;

-- name: Auction win rate
SELECT auction_win_rate_pct(sum(bids_in_auction), sum(auctions_won)) AS auction_win_rate_pct FROM v_bids_by_creative;

-- name: Bids
SELECT sum(bids) AS bids FROM v_bids_by_country;

-- name: Observed QPS, average
SELECT qps(sum(bid_requests), count(*)) AS qps FROM v_funnel_by_day;

-- name: Observed QPS, peak hour
SELECT qps(max(bid_requests), 1.0 / 24) AS qps
FROM (
    SELECT sum(bid_requests) AS bid_requests FROM rtb_funnel WHERE report = 'funnel_geo' GROUP BY metric_date, hour
) AS hours;

-- name: Viewability
SELECT viewability_pct(sum(active_view_measurable), sum(active_view_viewable)) AS viewability_pct
FROM v_quality_by_config;

-- name: Invalid traffic
SELECT ivt_rate_pct(sum(impressions), sum(ivt_credited_impressions)) AS ivt_rate_pct FROM v_quality_by_creative;

-- name: Filtered bids
SELECT sum(bids) AS bids, sum(opportunity_cost_micros) AS opportunity_cost_micros FROM v_bid_filtering;

-- name: Conversions
SELECT sum(conversions) AS conversions FROM v_conversions_by_creative;

-- name: Cost of a conversion
SELECT cpa(sum(spend_micros), sum(conversions)) AS cpa FROM v_conversions_by_creative;

-- name: Return on spend
SELECT roas(sum(spend_micros), sum(revenue_micros)) AS roas FROM v_conversions_by_creative;

-- name: Most wasteful size
SELECT creative_size, wasted_queries, waste_rate_pct, share_of_waste_pct FROM v_waste_by_size
ORDER BY wasted_queries DESC LIMIT 1;

-- name: Size without a creative, the most reached
SELECT creative_size, reached_queries, impressions FROM v_size_coverage
WHERE NOT is_servable ORDER BY reached_queries DESC LIMIT 1;

-- name: Most wasteful country
SELECT country, wasted_queries, waste_rate_pct, share_of_waste_pct FROM v_waste_by_country
ORDER BY wasted_queries DESC LIMIT 1;

-- name: Most wasteful publisher
SELECT publisher_id, wasted_queries, waste_rate_pct, share_of_waste_pct FROM v_waste_by_publisher
ORDER BY wasted_queries DESC LIMIT 1;

-- name: Most wasteful app
SELECT app_id, wasted_queries, waste_rate_pct, share_of_waste_pct FROM v_waste_by_app
WHERE app_id IS NOT NULL ORDER BY wasted_queries DESC LIMIT 1;

-- name: Most wasteful creative
SELECT creative_id, wasted_queries, waste_rate_pct, share_of_waste_pct FROM v_waste_by_creative
ORDER BY wasted_queries DESC LIMIT 1;

-- name: Most wasteful config
SELECT display_name, total_reached - total_impressions AS wasted_queries, waste_rate_pct AS rounded_waste_rate_pct
FROM v_config_performance ORDER BY wasted_queries DESC LIMIT 1;

-- name: Unattributed config
SELECT billing_id, total_reached AS reached_queries, total_impressions AS impressions
FROM v_config_performance WHERE display_name = 'unattributed';

-- name: Publisher with the worst invalid traffic
SELECT publisher_name, ivt_credited_impressions, ivt_rate_pct, viewability_pct FROM v_quality_by_publisher
WHERE impressions >= 200 ORDER BY ivt_rate_pct DESC, publisher_id LIMIT 1;

-- name: Reason that filters most bids
SELECT filtering_reason, bids, share_of_bids_pct FROM v_bid_filtering ORDER BY bids DESC LIMIT 1;

-- name: Reached queries, last day against the day before
SELECT last.reached_queries - before.reached_queries AS reached_queries,
    share_pct(before.reached_queries, last.reached_queries - before.reached_queries) AS change_pct
FROM v_waste_by_day AS last, v_waste_by_day AS before
WHERE last.metric_date = DATE '2026-03-24' AND before.metric_date = DATE '2026-03-23';

-- name: Waste rate, last day and the day before
SELECT last.waste_rate_pct AS last_pct, before.waste_rate_pct AS before_pct
FROM v_waste_by_day AS last, v_waste_by_day AS before
WHERE last.metric_date = DATE '2026-03-24' AND before.metric_date = DATE '2026-03-23';

-- name: Spend, last day against the same day a week before
SELECT last.spend_micros - before.spend_micros AS spend_micros
FROM v_waste_by_day AS last, v_waste_by_day AS before
WHERE last.metric_date = DATE '2026-03-24' AND before.metric_date = DATE '2026-03-17';

-- name: App that explains the jump in waste
SELECT app_id, wasted_queries
FROM (
    SELECT app_id, sum(CASE WHEN metric_date = DATE '2026-03-24' THEN reached_queries - impressions
        ELSE impressions - reached_queries END) AS wasted_queries
    FROM v_performance WHERE metric_date >= DATE '2026-03-23' GROUP BY app_id
) AS change ORDER BY wasted_queries DESC LIMIT 1;
