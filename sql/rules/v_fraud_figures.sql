-- v_fraud_figures: what fraud is judged by, for each app, publisher and creative, over all days of the session.
-- Rows: one per account and target (target_type app, publisher or creative); what the report did not attribute has none, and a
--   publisher is judged by its traffic outside apps.
--   days are those with impressions, click_days those with more clicks than impressions, also where there were none;
--   impressions_cv is the standard deviation of the days' impressions over their mean; has_several_names and
--   has_shared_name are about apps: an id with more than one name, and a name (of several the first by the alphabet)
--   with more than one id. creative_format is null where a creative ran in several.
-- Reads: v_target_days.
-- Null: a metric that the reports did not carry, a rate without a denominator, money of two currencies.
-- Cost: three aggregates by day over the days of the session.
SELECT
    account_id,
    target_type,
    target_id,
    target_name,
    creative_format,
    days,
    click_days,
    impressions,
    clicks,
    CASE WHEN has_one_currency THEN spend_micros END AS spend_micros,
    CASE WHEN has_one_currency THEN currency END AS currency,
    video_starts,
    video_completions,
    vast_errors,
    ctr_pct(impressions, clicks) AS ctr_pct,
    vcr_pct(video_starts, video_completions) AS vcr_pct,
    vast_error_rate_pct(video_starts, vast_errors) AS vast_error_rate_pct,
    -- Of whole numbers until the root, so that even days have exactly 0.
    sqrt(greatest(days * impressions_squared - CAST(impressions AS DOUBLE) * impressions, 0.0))
        / nullif(impressions, 0) AS impressions_cv,
    has_several_names,
    target_type = 'app' AND target_name IS NOT NULL
        AND count(*) OVER (PARTITION BY account_id, target_type, target_name) > 1 AS has_shared_name
FROM (
    SELECT
        account_id,
        target_type,
        target_id,
        min(first_name) AS target_name,
        CASE WHEN min(first_format) = max(last_format) THEN min(first_format) END AS creative_format,
        count(*) FILTER (WHERE impressions > 0) AS days,
        count(*) FILTER (WHERE clicks > coalesce(impressions, 0)) AS click_days,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(spend_micros) AS spend_micros,
        min(first_currency) AS currency,
        (min(first_currency) IS NOT DISTINCT FROM max(last_currency))
            AND sum(with_currency) IN (0, sum(with_money)) AS has_one_currency,
        sum(video_starts) AS video_starts,
        sum(video_completions) AS video_completions,
        sum(vast_errors) AS vast_errors,
        sum(CAST(impressions AS DOUBLE) * impressions) AS impressions_squared,
        target_type = 'app' AND min(first_name) <> max(last_name) AS has_several_names
    FROM v_target_days
    GROUP BY account_id, target_type, target_id
) AS targets
