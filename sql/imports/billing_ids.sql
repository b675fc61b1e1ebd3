-- The billing ids that one import brought rows for.
-- Parameters: $batch_id, the import.
SELECT DISTINCT billing_id
FROM (
    SELECT billing_id FROM rtb_daily WHERE import_batch_id = $batch_id
    UNION ALL
    SELECT billing_id FROM rtb_quality WHERE import_batch_id = $batch_id
    UNION ALL
    SELECT billing_id FROM rtb_bid_filtering WHERE import_batch_id = $batch_id
) AS facts
WHERE billing_id IS NOT NULL
ORDER BY billing_id
