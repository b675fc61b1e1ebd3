-- Whether a path belongs to a data file of the catalog, or to one that waits for its removal.
SELECT EXISTS (SELECT 1 FROM lake_files WHERE path = ?1)
    OR EXISTS (SELECT 1 FROM ducklake_files_scheduled_for_deletion WHERE path = ?1)
