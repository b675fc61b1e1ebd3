-- Ids of the data files that are live at a snapshot: never ended, or ended later.
SELECT data_file_id
FROM ducklake_data_file
WHERE end_snapshot IS NULL AND begin_snapshot <= ?1
UNION ALL
SELECT data_file_id
FROM ducklake_data_file
WHERE end_snapshot > ?1 AND begin_snapshot <= ?1
