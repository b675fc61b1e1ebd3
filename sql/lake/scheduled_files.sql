-- Files that wait for their removal, the longest first.
SELECT data_file_id, path, schedule_start
FROM ducklake_files_scheduled_for_deletion
ORDER BY schedule_start, data_file_id
