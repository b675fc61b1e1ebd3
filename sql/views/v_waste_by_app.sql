-- v_waste_by_app: in which mobile apps queries are reached and not won, over all days of the session.
-- Rows: one per account and app: its id, or its name where the id is null. A name is an attribute of its id; of several
--   it is the first by the alphabet. Both are null for what the report did not attribute.
-- Reads: v_performance.
-- Null: a metric that the reports did not carry, and a rate without a denominator. Money of two currencies is not added:
--   spend_micros and currency are null where a row has both.
-- Cost: one aggregate over the days of the session
SELECT
    account_id,
    app_id,
    app_name,
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
        app_id,
        min(app_name) AS app_name,
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
            app_id,
            min(app_name) AS app_name,
            currency,
            sum(reached_queries) AS reached_queries,
            sum(impressions) AS impressions,
            sum(clicks) AS clicks,
            sum(spend_micros) AS spend_micros,
            sum(video_starts) AS video_starts,
            sum(video_completions) AS video_completions
        FROM v_performance
        GROUP BY account_id, app_id, CASE WHEN app_id IS NULL THEN app_name END, currency
    ) AS by_currency
    GROUP BY account_id, app_id, CASE WHEN app_id IS NULL THEN app_name END
) AS traffic
