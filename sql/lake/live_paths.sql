-- Paths below the lake's place of the files that are live now.
SELECT f.path
FROM lake_files f
JOIN ducklake_data_file d ON d.data_file_id = f.file_id
WHERE d.end_snapshot IS NULL
ORDER BY f.path
