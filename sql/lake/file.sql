-- What we know of one data file: the columns in the order in which its check value has them, and the check value.
SELECT table_name, account_id, report, metric_date, path, rows, bytes, tail_bytes, blake3, block_hashes, grain, columns,
       file_id, check_value
FROM lake_files
WHERE file_id = ?1
