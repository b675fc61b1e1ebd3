-- name: batches_have_their_rows
-- finds: imports with more live rows than they brought, or with fewer although no later import shares a day with them
-- cost: one aggregate over all days of all tables, joins with import_history
WITH stored AS (
    SELECT account_id, report, metric_date, import_batch_id FROM rtb_daily
    UNION ALL
    SELECT account_id, report, metric_date, import_batch_id FROM rtb_funnel
    UNION ALL
    SELECT account_id, report, metric_date, import_batch_id FROM rtb_bid_filtering
    UNION ALL
    SELECT account_id, report, metric_date, import_batch_id FROM rtb_quality
),
live AS (
    SELECT account_id, report, import_batch_id, count(*) AS live_rows
    FROM stored
    GROUP BY account_id, report, import_batch_id
),
-- Days before it may have gone by age.
oldest AS (
    SELECT account_id, report, min(metric_date) AS oldest_day
    FROM stored
    GROUP BY account_id, report
),
complete AS (
    SELECT account_id, report, batch_id, rows_imported + rows_replaced AS brought, date_range_start, date_range_end
    FROM import_history
    -- Of those whose rows were given up with a damaged file, fewer are live.
    WHERE status = 'complete' AND file_hash NOT LIKE 'dropped %'
)
SELECT import.account_id, import.report, import.batch_id, import.brought, coalesce(live.live_rows, 0) AS live_rows
FROM complete AS import
LEFT JOIN live
    ON live.account_id = import.account_id
    AND live.report = import.report
    AND live.import_batch_id = import.batch_id
LEFT JOIN oldest
    ON oldest.account_id = import.account_id
    AND oldest.report = import.report
LEFT JOIN (
    SELECT DISTINCT earlier.account_id, earlier.batch_id
    FROM complete AS earlier
    JOIN complete AS later
        ON later.account_id = earlier.account_id
        AND later.report = earlier.report
        AND later.batch_id > earlier.batch_id
        AND later.date_range_start <= earlier.date_range_end
        AND later.date_range_end >= earlier.date_range_start
) AS followed
    ON followed.account_id = import.account_id
    AND followed.batch_id = import.batch_id
WHERE coalesce(live.live_rows, 0) > import.brought
   OR (
    coalesce(live.live_rows, 0) < import.brought
    AND import.date_range_start >= oldest.oldest_day
    AND followed.batch_id IS NULL
)
LIMIT 100
