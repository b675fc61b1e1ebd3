-- What was live at a snapshot: the columns in the order in which the check value has them, and the check value.
SELECT s.snapshot_id, s.snapshot_time, s.schema_version, s.next_catalog_id, s.next_file_id, l.files, l.rows, l.digest,
       l.check_value
FROM lake_snapshots AS l
JOIN ducklake_snapshot AS s ON s.snapshot_id = l.snapshot_id
WHERE l.snapshot_id = ?1
