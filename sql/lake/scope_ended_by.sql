-- Whether files of a partition ended after a snapshot (?5) with one of this author (?6).
SELECT EXISTS (
    SELECT 1
    FROM lake_files AS f
    JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
    JOIN ducklake_snapshot_changes AS c ON c.snapshot_id = d.end_snapshot
    WHERE f.table_name = ?1 AND f.account_id = ?2 AND f.report = ?3 AND f.metric_date = ?4 AND d.end_snapshot > ?5
      AND c.author = ?6
)
