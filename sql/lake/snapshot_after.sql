-- The snapshot that came after one.
SELECT snapshot_id, snapshot_time
FROM ducklake_snapshot
WHERE snapshot_id > ?1
ORDER BY snapshot_id
LIMIT 1
