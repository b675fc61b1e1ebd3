-- Rows that only another DuckLake writer makes: deletes beside the files, and rows inside the catalog.
SELECT EXISTS (SELECT 1 FROM ducklake_delete_file) OR EXISTS (SELECT 1 FROM ducklake_inlined_data_tables)
