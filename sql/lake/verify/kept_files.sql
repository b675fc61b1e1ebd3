-- Ids of the data files that some kept snapshot holds, newest file first.
SELECT d.data_file_id
FROM ducklake_data_file AS d
WHERE EXISTS (
    SELECT 1 FROM ducklake_snapshot AS s
    WHERE s.snapshot_id >= d.begin_snapshot AND (d.end_snapshot IS NULL OR s.snapshot_id < d.end_snapshot)
)
ORDER BY d.data_file_id DESC
