-- The only schema; its path is empty, so that tables stand directly below the lake's directory.
INSERT INTO ducklake_schema (schema_id, schema_uuid, begin_snapshot, schema_name, path, path_is_relative)
VALUES (0, ?1, 0, 'main', '', 1)
