-- Bounds of one column over all files there ever were; no row while all values were null.
SELECT contains_null, min_value, max_value
FROM ducklake_table_column_stats
WHERE table_id = ?1 AND column_id = ?2
