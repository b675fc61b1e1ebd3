-- v_creative_traffic: what creatives reached, won and cost, over all days of the session.
-- Rows: those of the facts, with their day, format, country, platform, currency and import; sums are the reader's.
-- Reads: rows of performance reports; of an account that never imported one, those of the bidder's own export, so that
--   no query and no money is counted twice.
-- Null: a metric that the report did not carry is null (the bidder's own export knows no reached queries).
SELECT
    account_id,
    metric_date,
    creative_id,
    creative_format,
    country,
    platform,
    currency,
    reached_queries,
    impressions,
    clicks,
    spend_micros,
    import_batch_id
FROM rtb_daily
WHERE report = 'performance'
UNION ALL
SELECT
    facts.account_id,
    facts.metric_date,
    facts.creative_id,
    facts.creative_format,
    facts.country,
    facts.platform,
    facts.currency,
    facts.reached_queries,
    facts.impressions,
    facts.clicks,
    facts.spend_micros,
    facts.import_batch_id
FROM rtb_daily AS facts
WHERE facts.report = 'bidder' AND NOT EXISTS (
    SELECT 1 FROM import_history AS imports
    WHERE imports.account_id = facts.account_id AND imports.report = 'performance' AND imports.status = 'complete'
)
