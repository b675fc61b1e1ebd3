-- Tables whose totals, which DuckDB reads, are not the sums of their live files.
SELECT t.table_name || ' has ' || s.record_count || ' rows in ' || s.file_size_bytes || ' bytes by its totals, and '
       || coalesce(l.rows, 0) || ' in ' || coalesce(l.bytes, 0) || ' by its live files'
FROM ducklake_table AS t
LEFT JOIN ducklake_table_stats AS s ON s.table_id = t.table_id
LEFT JOIN (
    SELECT d.table_id, sum(d.record_count) AS rows, sum(d.file_size_bytes) AS bytes
    FROM ducklake_data_file AS d
    WHERE d.end_snapshot IS NULL
    GROUP BY d.table_id
) AS l ON l.table_id = t.table_id
WHERE t.end_snapshot IS NULL
  AND (s.record_count IS NOT coalesce(l.rows, 0) OR s.file_size_bytes IS NOT coalesce(l.bytes, 0))
