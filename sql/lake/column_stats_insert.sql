-- Bounds of one column in one file, as DuckDB's text.
INSERT INTO ducklake_file_column_stats (data_file_id, table_id, column_id, column_size_bytes, value_count, null_count,
                                        min_value, max_value)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
