-- The comment that DuckDB shows beside a column.
INSERT INTO ducklake_column_tag (table_id, column_id, begin_snapshot, "key", "value")
VALUES (?1, ?2, ?3, 'comment', ?4)
