-- The newest snapshot, with the counters that the next one goes on from.
SELECT snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id
FROM ducklake_snapshot
ORDER BY snapshot_id DESC
LIMIT 1
