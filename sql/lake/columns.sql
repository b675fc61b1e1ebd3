-- The columns of a table as they are now.
SELECT column_id, column_name, column_type, nulls_allowed
FROM ducklake_column
WHERE table_id = ?1 AND end_snapshot IS NULL
ORDER BY column_order
