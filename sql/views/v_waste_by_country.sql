-- v_waste_by_country: in which countries queries are reached and not won, over all days of the session.
-- Rows: one per account and country (ISO 3166-1 alpha-2 where known; null is "the report did not say").
-- Reads: rows of performance reports only.
-- Null: a metric that the reports did not carry is null, and so is a rate without a denominator.
SELECT
    account_id,
    country,
    reached_queries,
    impressions,
    reached_queries - impressions AS wasted_queries,
    round(100.0 * impressions / nullif(reached_queries, 0), 1) AS win_rate_pct,
    round(100.0 * (reached_queries - impressions) / nullif(reached_queries, 0), 1) AS waste_rate_pct,
    round(100.0 * (reached_queries - impressions)
        / nullif(sum(reached_queries - impressions) OVER (PARTITION BY account_id), 0), 1) AS share_of_waste_pct
FROM (
    SELECT
        account_id,
        country,
        sum(reached_queries) AS reached_queries,
        sum(impressions) AS impressions
    FROM rtb_daily
    WHERE report = 'performance'
    GROUP BY account_id, country
) AS traffic
