-- Rows and bytes of the newest snapshot, and the row id that the next file starts with.
UPDATE ducklake_table_stats
SET record_count = record_count + ?2, file_size_bytes = file_size_bytes + ?3, next_row_id = next_row_id + ?4
WHERE table_id = ?1
