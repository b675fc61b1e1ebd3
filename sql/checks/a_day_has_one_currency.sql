-- name: a_day_has_one_currency
-- finds: days of one report kind with money of two currencies, or of one and of an unknown one; their sums are shown apart or not at all
-- severity: warning
-- cost: one aggregate over days and currencies of all tables
SELECT account_id, report, metric_date, count(*) AS currencies
FROM (
    SELECT DISTINCT account_id, report, metric_date, currency FROM rtb_daily WHERE spend_micros IS NOT NULL
    UNION ALL
    SELECT DISTINCT account_id, report, metric_date, currency FROM rtb_funnel WHERE spend_micros IS NOT NULL
    UNION ALL
    SELECT DISTINCT account_id, report, metric_date, currency FROM rtb_bid_filtering
    WHERE opportunity_cost_micros IS NOT NULL
    UNION ALL
    SELECT DISTINCT account_id, report, metric_date, currency FROM rtb_quality WHERE spend_micros IS NOT NULL
) AS stored
GROUP BY account_id, report, metric_date
HAVING count(*) > 1
LIMIT 100
