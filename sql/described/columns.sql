-- The columns of all tables and views that a question can name, in the order of `SELECT *`.
SELECT table_name, column_name, data_type, is_nullable
FROM information_schema.columns
WHERE table_schema = 'public'
ORDER BY table_name, ordinal_position
