-- name: freshness
-- topic: store
-- answers: How new is what is known, kind by kind?
-- reads: import_history
-- days: all
-- columns: one row per account and kind of report; days_behind counts from yesterday (UTC) and is never below 0; all is null for a kind that was never imported
-- cost: one look at the days of every fact table; no other column is read
SELECT
    kinds.account_id,
    kinds.report,
    days.newest_day,
    CASE WHEN days.newest_day IS NOT NULL THEN
        greatest(CAST(date_part('epoch', current_date()) / 86400 AS BIGINT) - 1
            - CAST(date_part('epoch', days.newest_day) / 86400 AS BIGINT), 0)
    END AS days_behind,
    days.rows_of_newest_day,
    days.oldest_day,
    days.days_with_data
FROM (
    SELECT accounts.account_id, reports.report, reports.place
    FROM accounts
    CROSS JOIN (
        VALUES
            (1, 'performance'), (2, 'bids'), (3, 'bidder'), (4, 'funnel_geo'), (5, 'funnel_publisher'),
            (6, 'bid_filtering'), (7, 'quality')
    ) AS reports (place, report)
) AS kinds
LEFT JOIN (
    SELECT
        account_id,
        report,
        max(metric_date) AS newest_day,
        min(metric_date) AS oldest_day,
        count(*) AS days_with_data,
        last_value(row_count ORDER BY metric_date) AS rows_of_newest_day
    FROM (
        SELECT account_id, report, metric_date, count(*) AS row_count
        FROM rtb_daily
        GROUP BY account_id, report, metric_date
        UNION ALL
        SELECT account_id, report, metric_date, count(*) AS row_count
        FROM rtb_funnel
        GROUP BY account_id, report, metric_date
        UNION ALL
        SELECT account_id, report, metric_date, count(*) AS row_count
        FROM rtb_bid_filtering
        GROUP BY account_id, report, metric_date
        UNION ALL
        SELECT account_id, report, metric_date, count(*) AS row_count
        FROM rtb_quality
        GROUP BY account_id, report, metric_date
    ) AS by_day
    GROUP BY account_id, report
) AS days
    ON days.account_id = kinds.account_id AND days.report = kinds.report
ORDER BY kinds.account_id, kinds.place
