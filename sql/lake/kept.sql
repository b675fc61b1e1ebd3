-- What is kept beside the newest state: snapshots, their oldest, and the files (with their bytes) that only older ones hold.
SELECT (SELECT count(*) FROM ducklake_snapshot),
       (SELECT min(snapshot_id) FROM ducklake_snapshot),
       (SELECT min(snapshot_time) FROM ducklake_snapshot),
       (SELECT count(*) FROM ducklake_data_file WHERE end_snapshot IS NOT NULL),
       (SELECT coalesce(sum(file_size_bytes), 0) FROM ducklake_data_file WHERE end_snapshot IS NOT NULL),
       (SELECT count(*) FROM ducklake_files_scheduled_for_deletion)
