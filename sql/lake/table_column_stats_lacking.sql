-- Columns of a table that a new file does not store (?2: the stored ids as a JSON array) now contain nulls.
UPDATE ducklake_table_column_stats
SET contains_null = 1
WHERE table_id = ?1 AND contains_null = 0 AND column_id NOT IN (SELECT value FROM json_each(?2))
