-- First values of a column.
INSERT INTO ducklake_table_column_stats (table_id, column_id, contains_null, min_value, max_value)
VALUES (?1, ?2, ?3, ?4, ?5)
