-- Leaves the newest snapshot and its files; our own rows of a file go with DuckLake's.
DELETE FROM ducklake_file_column_stats
WHERE data_file_id IN (SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot IS NOT NULL);
DELETE FROM ducklake_file_partition_value
WHERE data_file_id IN (SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot IS NOT NULL);
DELETE FROM ducklake_data_file WHERE end_snapshot IS NOT NULL;
DELETE FROM ducklake_files_scheduled_for_deletion;
DELETE FROM ducklake_snapshot_changes WHERE snapshot_id < (SELECT max(snapshot_id) FROM ducklake_snapshot);
DELETE FROM ducklake_snapshot WHERE snapshot_id < (SELECT max(snapshot_id) FROM ducklake_snapshot);
