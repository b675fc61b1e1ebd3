-- The key columns of an index; an expression has no name.
SELECT
    coalesce(name, 'expression ' || seqno) AS name,
    'number ' || seqno || CASE WHEN "desc" THEN ' DESC' ELSE '' END || ' ' || coll AS description
FROM pragma_index_xinfo(?1)
WHERE key = 1;
