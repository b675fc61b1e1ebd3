-- A column; its id is also the field id that name mappings point at.
INSERT INTO ducklake_column (column_id, begin_snapshot, table_id, column_order, column_name, column_type, default_value,
                             nulls_allowed, default_value_type, default_value_dialect)
VALUES (?1, ?2, ?3, ?1, ?4, ?5, 'NULL', ?6, 'literal', 'duckdb')
