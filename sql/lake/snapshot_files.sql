-- Ids of the data files that came or went with a snapshot, and whether each came.
SELECT data_file_id, begin_snapshot = ?1
FROM ducklake_data_file
WHERE begin_snapshot = ?1 OR end_snapshot = ?1
ORDER BY data_file_id
