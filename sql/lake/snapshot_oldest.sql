-- The oldest snapshot that still exists.
SELECT snapshot_id, snapshot_time
FROM ducklake_snapshot
ORDER BY snapshot_id
LIMIT 1
