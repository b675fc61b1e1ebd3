-- What we know of one data file.
SELECT table_name, account_id, report, metric_date, path, rows, bytes, tail_bytes, blake3, block_hashes, grain, columns
FROM lake_files
WHERE file_id = ?1
