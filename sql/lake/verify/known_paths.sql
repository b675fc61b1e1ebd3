-- Paths of all data files that the catalog knows. Without the index on them: one that is damaged would make strangers of
-- live files.
SELECT path FROM lake_files NOT INDEXED
UNION ALL
SELECT path FROM ducklake_files_scheduled_for_deletion
