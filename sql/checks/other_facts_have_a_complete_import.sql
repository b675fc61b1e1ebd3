-- name: other_facts_have_a_complete_import
-- finds: batches that wrote live rows of the funnel, of bid filtering or of quality although their import is not complete
-- cost: one aggregate over all days of three tables, one join with import_history
SELECT facts.account_id, facts.import_batch_id, facts.live_rows, import.status
FROM (
    SELECT account_id, report, import_batch_id, count(*) AS live_rows
    FROM (
        SELECT account_id, report, import_batch_id FROM rtb_funnel
        UNION ALL
        SELECT account_id, report, import_batch_id FROM rtb_bid_filtering
        UNION ALL
        SELECT account_id, report, import_batch_id FROM rtb_quality
    ) AS stored
    GROUP BY account_id, report, import_batch_id
) AS facts
LEFT JOIN import_history AS import
    ON import.account_id = facts.account_id
    AND import.batch_id = facts.import_batch_id
    AND import.report = facts.report
WHERE import.status IS NULL OR import.status <> 'complete'
