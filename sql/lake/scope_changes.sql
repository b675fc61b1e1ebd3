-- How many files of a partition came or went after a snapshot, before the one that is being made.
SELECT count(*)
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
WHERE f.table_name = ?1 AND f.account_id = ?2 AND f.report = ?3 AND f.metric_date = ?4
  AND (d.begin_snapshot > ?5 OR (d.end_snapshot > ?5 AND d.end_snapshot < ?6))
