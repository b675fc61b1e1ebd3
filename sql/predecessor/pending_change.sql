-- A change that was staged in the predecessor (:row is its row as JSON), unless it is there.
INSERT INTO pretargeting_pending_changes
    (account_id, config_id, billing_id, change_type, field_name, value, reason, estimated_qps_impact, created_at,
     created_by, status, closed_at, closed_by)
SELECT
    :account_id,
    :row ->> 'config_id',
    :row ->> 'billing_id',
    :row ->> 'change_type',
    :row ->> 'field_name',
    :row ->> 'value',
    :row ->> 'reason',
    CAST(:row ->> 'estimated_qps_impact' AS REAL),
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), :now),
    :row ->> 'created_by',
    coalesce(:row ->> 'status', 'pending'),
    CASE WHEN coalesce(:row ->> 'status', 'pending') <> 'pending'
        THEN coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(:row ->> 'closed_at', :row ->> 'created_at')), :now) END,
    :row ->> 'closed_by'
WHERE NOT EXISTS (
    SELECT 1 FROM pretargeting_pending_changes
    WHERE account_id = :account_id AND config_id = :row ->> 'config_id' AND change_type = :row ->> 'change_type'
        AND value = :row ->> 'value'
        AND (status = 'pending'
            OR created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'created_at'), created_at))
)
