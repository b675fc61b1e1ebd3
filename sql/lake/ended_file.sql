-- A file that a change wants to end: where it is, what it weighs, and whether it is still live.
SELECT d.table_id, d.end_snapshot, f.table_name, f.account_id, f.report, f.metric_date, f.rows, f.bytes
FROM ducklake_data_file AS d
JOIN lake_files AS f ON f.file_id = d.data_file_id
WHERE d.data_file_id = ?1
