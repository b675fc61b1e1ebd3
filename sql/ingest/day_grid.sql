-- Day by day (from :first to :last) and per kind of report that the account has: imported, missing or anomalous; null
-- before the first day of the kind.
-- Parameters: :live, the live rows as JSON [{report, day, row_count}]; the thresholds of an AnomalyRule.
WITH RECURSIVE
live AS (
    SELECT value ->> 'report' AS report, value ->> 'day' AS metric_date, value ->> 'row_count' AS row_count
    FROM json_each(:live)
),
measured AS (
    SELECT report, metric_date, row_count, avg(row_count) OVER trailing AS trailing_mean, count(*) OVER trailing AS days
    FROM live
    WINDOW trailing AS (
        PARTITION BY report ORDER BY julianday(metric_date) RANGE BETWEEN :trailing_days PRECEDING AND 1 PRECEDING
    )
),
calendar (metric_date) AS (
    SELECT :last
    UNION ALL
    SELECT date(metric_date, '-1 day') FROM calendar WHERE metric_date > :first
),
kinds AS (SELECT report, min(metric_date) AS first_day FROM live GROUP BY report)
SELECT
    calendar.metric_date,
    kinds.report,
    CASE
        WHEN row_count IS NULL AND calendar.metric_date < kinds.first_day THEN NULL
        WHEN row_count IS NULL THEN 'missing'
        WHEN days >= :imported_days
            AND (100.0 * row_count < :low_percent * trailing_mean OR 100.0 * row_count > :high_percent * trailing_mean)
            THEN 'anomalous'
        ELSE 'imported'
    END AS state,
    coalesce(row_count, 0) AS row_count,
    CASE WHEN days >= :imported_days THEN CAST(round(100.0 * row_count / trailing_mean) AS INTEGER) END AS percent_of_mean,
    CASE WHEN days >= :imported_days THEN CAST(round(trailing_mean) AS INTEGER) END AS mean_row_count,
    CASE WHEN days >= :imported_days THEN days END AS mean_days
FROM calendar
CROSS JOIN kinds
LEFT JOIN measured ON measured.report = kinds.report AND measured.metric_date = calendar.metric_date
ORDER BY calendar.metric_date DESC, kinds.report
