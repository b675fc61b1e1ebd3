-- What we know of a new data file.
INSERT INTO lake_files (file_id, table_name, account_id, report, metric_date, path, rows, bytes, tail_bytes, blake3,
                        block_hashes, grain, columns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
