-- name: imports
-- topic: store
-- days: all
-- answers: Which report files were imported, when, and what became of their rows?
-- reads: import_history
-- parameter: kind text = all: only reports of this kind
-- parameter: status text = all: only imports that are running, complete, failed or undone
-- parameter: limit int64 = 50: rows of the answer, the newest first
-- columns: one row per import; rows_read is the sum of the five counts after it
-- cost: one look at the import history; no fact is read
SELECT
    account_id,
    batch_id,
    status,
    report,
    filename,
    date_range_start AS first_day,
    date_range_end AS last_day,
    rows_read,
    rows_imported,
    rows_replaced,
    rows_duplicate,
    rows_rejected,
    rows_skipped,
    spend_micros,
    currency,
    mode,
    snapshot_id,
    imported_at,
    error_message
FROM import_history
WHERE ($kind = 'all' OR report = $kind) AND ($status = 'all' OR status = $status)
ORDER BY batch_id DESC
LIMIT $limit
