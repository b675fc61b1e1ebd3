-- Where a column of a file comes from: its name in the file, or the path for a partition column.
INSERT INTO ducklake_name_mapping (mapping_id, column_id, source_name, target_field_id, is_partition)
VALUES (?1, ?2, ?3, ?4, ?5)
