-- Data files that only snapshots before the oldest to keep (?1) hold may be removed some time after ?2. Their paths are
-- relative to the catalog's data path.
INSERT INTO ducklake_files_scheduled_for_deletion (data_file_id, path, path_is_relative, schedule_start)
SELECT d.data_file_id, f.path, 1, ?2
FROM ducklake_data_file AS d
JOIN lake_files AS f ON f.file_id = d.data_file_id
WHERE d.end_snapshot <= ?1
