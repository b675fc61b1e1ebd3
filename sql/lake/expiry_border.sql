-- The newest snapshot committed at or before a time: it was the newest at that time, so it is the oldest to keep.
SELECT max(snapshot_id)
FROM ducklake_snapshot
WHERE snapshot_time <= ?1
