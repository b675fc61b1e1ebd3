-- The five apps that explain most of what was wasted more on the last day than on the day before.
SELECT
    coalesce(app_name, 'no app') AS app,
    sum(wasted) FILTER (WHERE is_last) AS wasted_on_the_last_day,
    sum(wasted) FILTER (WHERE NOT is_last) AS on_the_day_before,
    coalesce(sum(wasted) FILTER (WHERE is_last), 0) - coalesce(sum(wasted) FILTER (WHERE NOT is_last), 0) AS change
FROM (
    SELECT
        performance.app_id,
        performance.app_name,
        performance.reached_queries - performance.impressions AS wasted,
        performance.metric_date = days.last_day AS is_last
    FROM v_performance AS performance
    CROSS JOIN (SELECT max(metric_date) AS last_day FROM v_waste_by_day) AS days
    WHERE performance.metric_date >= days.last_day - 1
) AS two_days
GROUP BY app_id, app_name
ORDER BY change DESC
LIMIT 5
