-- What DuckLake's tables and ours say differently of a data file, in words.
SELECT 'data file ' || d.data_file_id || ' is in ducklake_data_file and not in lake_files'
FROM ducklake_data_file AS d
WHERE NOT EXISTS (SELECT 1 FROM lake_files AS f WHERE f.file_id = d.data_file_id)
UNION ALL
SELECT 'data file ' || f.file_id || ' has another path, number of rows or size in ducklake_data_file'
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
JOIN ducklake_table AS t ON t.table_id = d.table_id
WHERE f.table_name <> t.table_name OR f.path <> t.path || d.path OR f.rows <> d.record_count
   OR f.bytes <> d.file_size_bytes OR coalesce(d.end_snapshot <= d.begin_snapshot, 0)
UNION ALL
SELECT 'data file ' || f.file_id || ' has other partition values in ducklake_file_partition_value'
FROM lake_files AS f
WHERE (
    SELECT group_concat(p.partition_value, '/' ORDER BY p.partition_key_index)
    FROM ducklake_file_partition_value AS p
    WHERE p.data_file_id = f.file_id
) IS NOT f.account_id || '/' || f.report || '/' || f.metric_date
UNION ALL
SELECT 'data file ' || f.file_id || ' has other bounds in ducklake_file_column_stats for column ' || j.value ->> 'name'
FROM lake_files AS f
JOIN ducklake_data_file AS d ON d.data_file_id = f.file_id
JOIN json_each(f.columns) AS j
JOIN ducklake_column AS c
    ON c.table_id = d.table_id AND c.column_name = j.value ->> 'name' AND c.end_snapshot IS NULL
LEFT JOIN ducklake_file_column_stats AS s ON s.data_file_id = f.file_id AND s.column_id = c.column_id
WHERE s.null_count IS NOT j.value ->> 'nulls'
   OR s.min_value IS NOT CAST(j.value ->> '$.min.value' AS TEXT)
   OR s.max_value IS NOT CAST(j.value ->> '$.max.value' AS TEXT)
LIMIT 100
