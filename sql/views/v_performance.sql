-- v_performance: what was reached, won and paid, as performance reports say it.
-- Rows: those of the facts, not sums; over all days of the session.
-- Reads: rtb_daily, kind performance; of an account that never imported one, the bidder's own export (kind bidder), so that
--   no query and no money is counted twice.
-- Null: what the report did not carry (the bidder's own export knows no reached queries and no videos).
-- Cost: a scan of the columns that are asked; the export's rows are joined with import_history.
SELECT
    account_id,
    metric_date,
    hour,
    billing_id,
    creative_id,
    creative_size,
    creative_format,
    country,
    platform,
    environment,
    publisher_id,
    publisher_name,
    app_id,
    app_name,
    placement,
    currency,
    reached_queries,
    impressions,
    clicks,
    spend_micros,
    video_starts,
    video_completions,
    vast_errors,
    import_batch_id
FROM rtb_daily
WHERE report = 'performance'
UNION ALL
SELECT
    facts.account_id,
    facts.metric_date,
    facts.hour,
    facts.billing_id,
    facts.creative_id,
    facts.creative_size,
    facts.creative_format,
    facts.country,
    facts.platform,
    facts.environment,
    facts.publisher_id,
    facts.publisher_name,
    facts.app_id,
    facts.app_name,
    facts.placement,
    facts.currency,
    facts.reached_queries,
    facts.impressions,
    facts.clicks,
    facts.spend_micros,
    facts.video_starts,
    facts.video_completions,
    facts.vast_errors,
    facts.import_batch_id
FROM rtb_daily AS facts
WHERE facts.report = 'bidder' AND NOT EXISTS (
    SELECT 1 FROM import_history AS imports
    WHERE imports.account_id = facts.account_id AND imports.report = 'performance' AND imports.status = 'complete'
)
