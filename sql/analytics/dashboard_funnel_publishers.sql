-- name: dashboard_funnel_publishers
-- answers: Which publishers' queries were requested, reached, bid on and won?
-- reads: rtb_funnel funnel_publisher
-- parameter: limit int64 = 30: rows of the answer, the most impressions first
-- columns: one row per publisher; publishers is how many there are in all; filter_rate_pct is of requests that reached no query
-- cost: one aggregate over the days of the window
SELECT
    coalesce(publisher_id, publisher_name, '') AS publisher_id,
    coalesce(publisher_name, publisher_id, '') AS publisher_name,
    bid_requests,
    reached_queries,
    bids,
    impressions,
    round(share_pct(bid_requests, bid_requests - reached_queries), 2) AS filter_rate_pct,
    round(win_rate_pct(reached_queries, impressions), 2) AS win_rate_pct,
    round(share_pct(reached_queries, bids), 2) AS bids_per_reached_pct,
    count(*) OVER (PARTITION BY account_id) AS publishers
FROM v_funnel_by_publisher
ORDER BY impressions DESC NULLS LAST, bid_requests DESC NULLS LAST, publisher_id, publisher_name
LIMIT $limit
