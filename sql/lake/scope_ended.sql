-- Ids of the files of a partition that ended with a snapshot (?5).
SELECT f.file_id
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
WHERE f.table_name = ?1 AND f.account_id = ?2 AND f.report = ?3 AND f.metric_date = ?4 AND d.end_snapshot = ?5
ORDER BY f.file_id
