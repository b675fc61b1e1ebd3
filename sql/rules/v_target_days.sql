-- v_target_days: what each app, publisher and creative reached, won and cost, day by day.
-- Rows: one per account, target (target_type app, publisher or creative) and day. An app or publisher is its id, or its name
--   where the id is null; what the report did not attribute has no row. Traffic in an app is the app's, so a publisher has
--   only what it has outside apps. first_name and last_name, first_format and
--   last_format, first_currency and last_currency are the same where there is only one.
-- Reads: v_performance.
-- Null: a metric that the reports did not carry. spend_micros is a sum of whatever currencies: look at first_currency,
--   last_currency, and whether with_currency is none or all of the rows with_money, before it is shown.
-- Cost: one aggregate over the days of the session for each target_type that is asked for.
SELECT
    account_id,
    metric_date,
    'app' AS target_type,
    coalesce(app_id, app_name) AS target_id,
    min(app_name) AS first_name,
    max(app_name) AS last_name,
    CAST(NULL AS VARCHAR) AS first_format,
    CAST(NULL AS VARCHAR) AS last_format,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    sum(spend_micros) AS spend_micros,
    min(currency) FILTER (WHERE spend_micros IS NOT NULL) AS first_currency,
    max(currency) FILTER (WHERE spend_micros IS NOT NULL) AS last_currency,
    count(currency) FILTER (WHERE spend_micros IS NOT NULL) AS with_currency,
    count(spend_micros) AS with_money,
    sum(video_starts) AS video_starts,
    sum(video_completions) AS video_completions,
    sum(vast_errors) AS vast_errors
FROM v_performance
WHERE app_id IS NOT NULL OR app_name IS NOT NULL
GROUP BY account_id, metric_date, coalesce(app_id, app_name)
UNION ALL
SELECT
    account_id,
    metric_date,
    'publisher' AS target_type,
    coalesce(publisher_id, publisher_name) AS target_id,
    min(publisher_name) AS first_name,
    max(publisher_name) AS last_name,
    CAST(NULL AS VARCHAR) AS first_format,
    CAST(NULL AS VARCHAR) AS last_format,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    sum(spend_micros) AS spend_micros,
    min(currency) FILTER (WHERE spend_micros IS NOT NULL) AS first_currency,
    max(currency) FILTER (WHERE spend_micros IS NOT NULL) AS last_currency,
    count(currency) FILTER (WHERE spend_micros IS NOT NULL) AS with_currency,
    count(spend_micros) AS with_money,
    sum(video_starts) AS video_starts,
    sum(video_completions) AS video_completions,
    sum(vast_errors) AS vast_errors
FROM v_performance
WHERE app_id IS NULL AND app_name IS NULL AND (publisher_id IS NOT NULL OR publisher_name IS NOT NULL)
GROUP BY account_id, metric_date, coalesce(publisher_id, publisher_name)
UNION ALL
SELECT
    account_id,
    metric_date,
    'creative' AS target_type,
    creative_id AS target_id,
    CAST(NULL AS VARCHAR) AS first_name,
    CAST(NULL AS VARCHAR) AS last_name,
    min(creative_format) AS first_format,
    max(creative_format) AS last_format,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    sum(spend_micros) AS spend_micros,
    min(currency) FILTER (WHERE spend_micros IS NOT NULL) AS first_currency,
    max(currency) FILTER (WHERE spend_micros IS NOT NULL) AS last_currency,
    count(currency) FILTER (WHERE spend_micros IS NOT NULL) AS with_currency,
    count(spend_micros) AS with_money,
    sum(video_starts) AS video_starts,
    sum(video_completions) AS video_completions,
    sum(vast_errors) AS vast_errors
FROM v_performance
GROUP BY account_id, metric_date, creative_id
