-- name: dashboard_funnel
-- answers: How many bid requests came, how many queries were reached, bid on and won?
-- reads: rtb_funnel funnel_geo
-- columns: one row; requests and bids are of funnel_geo, reached queries and impressions of performance reports, each added up
--   before they stand side by side; null where the report is missing; filter_rate is of requests that reached no query,
--   bids_per_reached_pct may be above 100
-- cost: one aggregate over each kind in the window
SELECT
    funnel.bid_requests,
    funnel.bids,
    traffic.reached_queries,
    traffic.impressions,
    round(share_pct(funnel.bid_requests, funnel.bid_requests - traffic.reached_queries), 2) AS filter_rate_pct,
    round(share_pct(funnel.bid_requests, traffic.reached_queries), 4) AS reach_rate_pct,
    round(win_rate_pct(traffic.reached_queries, traffic.impressions), 2) AS win_rate_pct,
    round(share_pct(traffic.reached_queries, funnel.bids), 2) AS bids_per_reached_pct
FROM (
    SELECT account_id, sum(bid_requests) AS bid_requests, sum(bids) AS bids
    FROM v_funnel_by_day
    GROUP BY account_id
) AS funnel
FULL OUTER JOIN (
    SELECT account_id, sum(reached_queries) AS reached_queries, sum(impressions) AS impressions
    FROM v_performance
    GROUP BY account_id
) AS traffic
    ON traffic.account_id = funnel.account_id
