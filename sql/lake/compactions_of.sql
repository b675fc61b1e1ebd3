-- Compactions (by their author, ?6) that made a file of these bytes (?5: BLAKE3) in a partition, newest first. The file may
-- have ended since and be live again under another name.
SELECT d.begin_snapshot
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
JOIN ducklake_snapshot_changes AS c ON c.snapshot_id = d.begin_snapshot
WHERE f.table_name = ?1 AND f.account_id = ?2 AND f.report = ?3 AND f.metric_date = ?4 AND f.blake3 = ?5 AND c.author = ?6
ORDER BY d.begin_snapshot DESC
