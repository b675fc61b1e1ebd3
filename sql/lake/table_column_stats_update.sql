-- Wider bounds of a column.
UPDATE ducklake_table_column_stats
SET contains_null = ?3, min_value = ?4, max_value = ?5
WHERE table_id = ?1 AND column_id = ?2
