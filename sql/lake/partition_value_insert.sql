-- The value of one partition column of one file.
INSERT INTO ducklake_file_partition_value (data_file_id, table_id, partition_key_index, partition_value)
VALUES (?1, ?2, ?3, ?4)
