-- The columns of a table, each described in a few words.
SELECT
    name,
    type
        || CASE WHEN "notnull" THEN ' NOT NULL' ELSE '' END
        || CASE WHEN dflt_value IS NOT NULL THEN ' DEFAULT ' || dflt_value ELSE '' END
        || CASE WHEN pk > 0 THEN ' PRIMARY KEY ' || pk ELSE '' END
        || CASE WHEN hidden > 0 THEN ' GENERATED' ELSE '' END AS description
FROM pragma_table_xinfo(?1);
