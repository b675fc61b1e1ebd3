-- name: qps_summary
-- topic: funnel
-- answers: How many queries per second may Google send, and how many come?
-- reads: rtb_funnel funnel_geo
-- columns: one row per endpoint with what it is allowed, then one of all together (endpoint null) with what came: reports do not tell endpoints apart; the average is over the days with rows, the peak over their busiest hour and null where the report has no hours; utilisation is of the allowed, null where an endpoint has no limit
-- cost: one aggregate over the days of the window
SELECT
    account_id,
    endpoint,
    trading_location,
    allowed_qps,
    round(average_qps, 2) AS average_qps,
    round(peak_qps, 2) AS peak_qps,
    round(share_pct(allowed_qps, average_qps), 2) AS utilisation_pct,
    round(share_pct(allowed_qps, peak_qps), 2) AS peak_utilisation_pct,
    days_with_data
FROM (
    SELECT
        account_id,
        url AS endpoint,
        trading_location,
        maximum_qps AS allowed_qps,
        CAST(NULL AS DOUBLE) AS average_qps,
        CAST(NULL AS DOUBLE) AS peak_qps,
        CAST(NULL AS BIGINT) AS days_with_data
    FROM rtb_endpoints
    UNION ALL
    SELECT
        coalesce(observed.account_id, allowed.account_id) AS account_id,
        NULL AS endpoint,
        NULL AS trading_location,
        allowed.qps AS allowed_qps,
        qps(observed.bid_requests, observed.days) AS average_qps,
        qps(observed.busiest_hour, 1.0 / 24) AS peak_qps,
        observed.days AS days_with_data
    FROM (
        SELECT
            account_id,
            CASE WHEN count(maximum_qps) = count(*) THEN sum(maximum_qps) END AS qps
        FROM rtb_endpoints
        GROUP BY account_id
    ) AS allowed
    FULL OUTER JOIN (
        SELECT
            account_id,
            sum(bid_requests) AS bid_requests,
            count(DISTINCT metric_date) AS days,
            max(CASE WHEN hour IS NOT NULL THEN bid_requests END) AS busiest_hour
        FROM (
            SELECT account_id, metric_date, hour, sum(bid_requests) AS bid_requests
            FROM rtb_funnel
            WHERE report = 'funnel_geo'
            GROUP BY account_id, metric_date, hour
        ) AS hours
        GROUP BY account_id
    ) AS observed
        ON observed.account_id = allowed.account_id
) AS summary
ORDER BY account_id, endpoint NULLS LAST, trading_location
