-- name: other_facts_have_one_row_per_key
-- finds: natural keys of the funnel, of bid filtering or of quality that stand more than once; a name is the key where its id is null
-- by: day
-- cost: a group by all dimensions of three tables, day by day
SELECT 'rtb_funnel' AS fact_table, account_id, report, metric_date, count(*) AS copies
FROM rtb_funnel
GROUP BY
    account_id, report, metric_date, hour, country, platform, environment, publisher_id, publisher_domain,
    deal_id, transaction_type, advertiser, buyer_account_id,
    CASE WHEN publisher_id IS NULL THEN publisher_name END,
    CASE WHEN deal_id IS NULL THEN deal_name END,
    CASE WHEN buyer_account_id IS NULL THEN buyer_account_name END
HAVING count(*) > 1
UNION ALL
SELECT 'rtb_bid_filtering' AS fact_table, account_id, report, metric_date, count(*) AS copies
FROM rtb_bid_filtering
GROUP BY
    account_id, report, metric_date, hour, filtering_reason, billing_id, creative_id, creative_size,
    creative_format, country, platform, environment, publisher_id, publisher_domain, app_id, deal_id,
    transaction_type, advertiser, buyer_account_id,
    CASE WHEN publisher_id IS NULL THEN publisher_name END,
    CASE WHEN app_id IS NULL THEN app_name END,
    CASE WHEN deal_id IS NULL THEN deal_name END,
    CASE WHEN buyer_account_id IS NULL THEN buyer_account_name END
HAVING count(*) > 1
UNION ALL
SELECT 'rtb_quality' AS fact_table, account_id, report, metric_date, count(*) AS copies
FROM rtb_quality
GROUP BY
    account_id, report, metric_date, hour, billing_id, creative_id, creative_size, creative_format, country,
    platform, environment, publisher_id, publisher_domain, app_id, deal_id, transaction_type, advertiser,
    buyer_account_id,
    CASE WHEN publisher_id IS NULL THEN publisher_name END,
    CASE WHEN app_id IS NULL THEN app_name END,
    CASE WHEN deal_id IS NULL THEN deal_name END,
    CASE WHEN buyer_account_id IS NULL THEN buyer_account_name END
HAVING count(*) > 1
LIMIT 100
