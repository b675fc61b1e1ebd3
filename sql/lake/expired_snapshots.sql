-- Snapshots before the oldest to keep: how many, the first and the last.
SELECT count(*), min(snapshot_id), max(snapshot_id)
FROM ducklake_snapshot
WHERE snapshot_id < ?1
