-- name: one_row_per_key
-- finds: natural keys that stand more than once, so that their queries and money count more than once
-- by: day
-- cost: a group by all dimensions, day by day
SELECT account_id, report, metric_date, billing_id, creative_id, creative_size, country, count(*) AS copies
FROM rtb_daily
GROUP BY
    account_id, report, metric_date, hour, billing_id, creative_id, creative_size, creative_format, country, platform,
    environment, publisher_id, publisher_domain, app_id, deal_id, transaction_type, advertiser, buyer_account_id,
    placement,
    -- A name is the key where its id is null.
    CASE WHEN publisher_id IS NULL THEN publisher_name END,
    CASE WHEN app_id IS NULL THEN app_name END,
    CASE WHEN deal_id IS NULL THEN deal_name END,
    CASE WHEN buyer_account_id IS NULL THEN buyer_account_name END
HAVING count(*) > 1
LIMIT 100
