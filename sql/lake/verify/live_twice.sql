-- Bytes that are live more than once in a partition, so that their rows count more than once.
SELECT min(f.path) || ' and ' || max(f.path) || ' are the same bytes, both live'
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
WHERE d.end_snapshot IS NULL
GROUP BY f.table_name, f.account_id, f.report, f.metric_date, f.blake3
HAVING count(*) > 1
LIMIT 100
