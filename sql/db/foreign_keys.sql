-- The foreign keys of a table, each described in a few words.
SELECT
    '(' || group_concat("from", ', ') || ') to ' || "table" || ' (' || group_concat("to", ', ') || ')'
        || ' ON UPDATE ' || on_update || ' ON DELETE ' || on_delete AS description
FROM (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq)
GROUP BY id
ORDER BY description;
