-- Who changed which partitions of a table after a snapshot, up to another one.
SELECT DISTINCT f.account_id, f.report, f.metric_date, c.author
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
JOIN ducklake_snapshot_changes AS c ON c.snapshot_id IN (d.begin_snapshot, d.end_snapshot)
WHERE f.table_name = ?1 AND c.snapshot_id > ?2 AND c.snapshot_id <= ?3
