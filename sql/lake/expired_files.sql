-- Data files that only snapshots before the oldest to keep hold: how many, and their bytes.
SELECT count(*), coalesce(sum(file_size_bytes), 0)
FROM ducklake_data_file
WHERE end_snapshot <= ?1
