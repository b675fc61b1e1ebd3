-- The columns of every file's row in the order in which its check value has them, and when the file was live.
SELECT f.table_name, f.account_id, f.report, f.metric_date, f.path, f.rows, f.bytes, f.tail_bytes, f.blake3,
       f.block_hashes, f.grain, f.columns, f.file_id, d.begin_snapshot, d.end_snapshot
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
