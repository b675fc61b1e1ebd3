-- Snapshots, newest first: what each was made for, and the files and rows that came and went with it; those older than ?1
-- (null: all), at most ?2.
SELECT s.snapshot_id, s.snapshot_time, c.author, c.commit_message,
       (SELECT count(*) FROM ducklake_data_file AS d WHERE d.begin_snapshot = s.snapshot_id) AS files_added,
       (SELECT coalesce(sum(record_count), 0) FROM ducklake_data_file AS d WHERE d.begin_snapshot = s.snapshot_id) AS rows_added,
       (SELECT count(*) FROM ducklake_data_file AS d WHERE d.end_snapshot = s.snapshot_id) AS files_ended,
       (SELECT coalesce(sum(record_count), 0) FROM ducklake_data_file AS d WHERE d.end_snapshot = s.snapshot_id) AS rows_ended
FROM ducklake_snapshot AS s
LEFT JOIN ducklake_snapshot_changes AS c ON c.snapshot_id = s.snapshot_id
WHERE ?1 IS NULL OR s.snapshot_id < ?1
ORDER BY s.snapshot_id DESC
LIMIT ?2
