-- A fact table, in a directory of its name.
INSERT INTO ducklake_table (table_id, table_uuid, begin_snapshot, schema_id, table_name, path, path_is_relative)
VALUES (?1, ?2, ?3, 0, ?4, ?4 || '/', 1)
