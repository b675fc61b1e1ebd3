-- All days together, and the last seven of them.
SELECT
    period,
    sum(reached_queries) AS reached_queries,
    sum(impressions) AS impressions,
    sum(clicks) AS clicks,
    round(money(sum(spend_micros)), 2) AS spend,
    round(waste_rate_pct(sum(reached_queries), sum(impressions)), 1) AS waste_rate_pct,
    round(ctr_pct(sum(impressions), sum(clicks)), 2) AS ctr_pct,
    round(cpm(sum(spend_micros), sum(impressions)), 2) AS cpm
FROM (
    SELECT 'all days' AS period, reached_queries, impressions, clicks, spend_micros FROM v_waste_by_day
    UNION ALL
    SELECT 'last 7 days' AS period, reached_queries, impressions, clicks, spend_micros
    FROM v_waste_by_day
    WHERE metric_date > (SELECT max(metric_date) FROM v_waste_by_day) - 7
) AS periods
GROUP BY period
ORDER BY period
