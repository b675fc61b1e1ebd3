-- v_waste_by_environment: whether queries of apps or of sites are reached and not won, over all days of the session.
-- Rows: one per account and environment (APP, WEB; null is "the report did not say").
-- Reads: v_performance.
-- Null: a metric that the reports did not carry, and a rate without a denominator. Money of two currencies is not added:
--   spend_micros and currency are null where a row has both.
-- Cost: one aggregate over the days of the session
SELECT
    account_id,
    environment,
    reached_queries,
    impressions,
    reached_queries - impressions AS wasted_queries,
    clicks,
    spend_micros,
    currency,
    video_starts,
    video_completions,
    win_rate_pct(reached_queries, impressions) AS win_rate_pct,
    waste_rate_pct(reached_queries, impressions) AS waste_rate_pct,
    ctr_pct(impressions, clicks) AS ctr_pct,
    cpm(spend_micros, impressions) AS cpm,
    share_pct(
        sum(reached_queries - impressions) OVER (PARTITION BY account_id), reached_queries - impressions
    ) AS share_of_waste_pct
FROM (
    SELECT
        account_id,
        environment,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        CASE WHEN count(spend_micros) = 1 THEN sum(spend_micros) END AS spend_micros,
        CASE WHEN count(spend_micros) = 1 THEN max(currency) FILTER (WHERE spend_micros IS NOT NULL) END AS currency,
        sum(video_starts) AS video_starts,
        sum(video_completions) AS video_completions
    FROM (
        SELECT
            account_id,
            environment,
            currency,
            sum(reached_queries) AS reached_queries,
            sum(impressions) AS impressions,
            sum(clicks) AS clicks,
            sum(spend_micros) AS spend_micros,
            sum(video_starts) AS video_starts,
            sum(video_completions) AS video_completions
        FROM v_performance
        GROUP BY account_id, environment, currency
    ) AS by_currency
    GROUP BY account_id, environment
) AS traffic
