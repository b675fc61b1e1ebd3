-- A change of a config in the predecessor's history (:row is its row as JSON), unless it is there.
INSERT INTO pretargeting_history
    (account_id, config_id, bidder_id, billing_id, change_type, field_changed, old_value, new_value, change_source,
     changed_by, changed_at)
SELECT
    :account_id,
    :row ->> 'config_id',
    :row ->> 'bidder_id',
    (SELECT billing_id FROM pretargeting_configs WHERE account_id = :account_id AND config_id = :row ->> 'config_id'),
    :row ->> 'change_type',
    :row ->> 'field_changed',
    :row ->> 'old_value',
    :row ->> 'new_value',
    CASE WHEN :row ->> 'change_source' IN ('api_sync', 'user', 'system') THEN :row ->> 'change_source' ELSE 'unknown' END,
    :row ->> 'changed_by',
    coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'changed_at'), :now)
WHERE NOT EXISTS (
    SELECT 1 FROM pretargeting_history
    WHERE account_id = :account_id AND config_id = :row ->> 'config_id' AND change_type = :row ->> 'change_type'
        AND field_changed IS :row ->> 'field_changed'
        AND old_value IS :row ->> 'old_value' AND new_value IS :row ->> 'new_value'
        AND changed_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', :row ->> 'changed_at'), changed_at)
)
