-- name: currencies_have_money
-- finds: rows that name a currency and carry no money
-- cost: one scan of currency and amounts of all tables
SELECT account_id, report, metric_date, currency, import_batch_id
FROM (
    SELECT account_id, report, metric_date, currency, import_batch_id
    FROM rtb_daily
    WHERE spend_micros IS NULL AND revenue_micros IS NULL
    UNION ALL
    SELECT account_id, report, metric_date, currency, import_batch_id
    FROM rtb_funnel
    WHERE spend_micros IS NULL
    UNION ALL
    SELECT account_id, report, metric_date, currency, import_batch_id
    FROM rtb_bid_filtering
    WHERE opportunity_cost_micros IS NULL
    UNION ALL
    SELECT account_id, report, metric_date, currency, import_batch_id
    FROM rtb_quality
    WHERE spend_micros IS NULL
) AS stored
WHERE currency IS NOT NULL
LIMIT 100
