-- The newest snapshot committed at or before a time; times are text of one fixed form, so text order is time order.
SELECT snapshot_id, snapshot_time
FROM ducklake_snapshot
WHERE snapshot_time <= ?1
ORDER BY snapshot_time DESC, snapshot_id DESC
LIMIT 1
