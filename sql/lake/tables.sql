-- The fact tables as they are now, with what a new file refers to.
SELECT t.table_id,
       t.table_name,
       (SELECT max(p.partition_id) FROM ducklake_partition_info AS p
        WHERE p.table_id = t.table_id AND p.end_snapshot IS NULL) AS partition_id,
       (SELECT max(m.mapping_id) FROM ducklake_column_mapping AS m WHERE m.table_id = t.table_id) AS mapping_id
FROM ducklake_table AS t
WHERE t.end_snapshot IS NULL
ORDER BY t.table_id
