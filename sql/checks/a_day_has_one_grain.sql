-- name: a_day_has_one_grain
-- finds: days of one report kind where one import names hours, countries or billing ids and another never does, so that the same queries may stand twice
-- severity: warning
-- cost: one aggregate over days and imports of all tables
SELECT account_id, report, metric_date, count(*) AS imports
FROM (
    SELECT
        account_id,
        report,
        metric_date,
        import_batch_id,
        count(hour) > 0 AS has_hours,
        count(country) > 0 AS has_countries,
        count(billing_id) > 0 AS has_billing_ids
    FROM (
        SELECT account_id, report, metric_date, import_batch_id, hour, country, billing_id FROM rtb_daily
        UNION ALL
        SELECT account_id, report, metric_date, import_batch_id, hour, country, NULL AS billing_id FROM rtb_funnel
        UNION ALL
        SELECT account_id, report, metric_date, import_batch_id, hour, country, billing_id FROM rtb_bid_filtering
        UNION ALL
        SELECT account_id, report, metric_date, import_batch_id, hour, country, billing_id FROM rtb_quality
    ) AS stored
    GROUP BY account_id, report, metric_date, import_batch_id
) AS imports
GROUP BY account_id, report, metric_date
HAVING bool_or(has_hours) <> bool_and(has_hours)
    OR bool_or(has_countries) <> bool_and(has_countries)
    OR bool_or(has_billing_ids) <> bool_and(has_billing_ids)
LIMIT 100
