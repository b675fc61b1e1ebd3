-- name: rows_have_a_complete_import
-- finds: batches that wrote live rows although their import is not complete, or not known
-- cost: one aggregate over all days, one join with import_history
SELECT facts.account_id, facts.import_batch_id, facts.live_rows, import.status
FROM (
    SELECT account_id, report, import_batch_id, count(*) AS live_rows
    FROM rtb_daily
    GROUP BY account_id, report, import_batch_id
) AS facts
LEFT JOIN import_history AS import
    ON import.account_id = facts.account_id
    AND import.batch_id = facts.import_batch_id
    AND import.report = facts.report
WHERE import.status IS NULL OR import.status <> 'complete'
