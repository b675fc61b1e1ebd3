-- What a snapshot was made for, for programs.
SELECT commit_extra_info
FROM ducklake_snapshot_changes
WHERE snapshot_id = ?1
