-- A new data file in DuckLake's own table; its partition columns stand in its path (see ducklake_name_mapping).
INSERT INTO ducklake_data_file (data_file_id, table_id, begin_snapshot, path, path_is_relative, file_format,
                                record_count, file_size_bytes, footer_size, row_id_start, partition_id, mapping_id)
VALUES (?1, ?2, ?3, ?4, 1, 'parquet', ?5, ?6, ?7, ?8, ?9, ?10)
