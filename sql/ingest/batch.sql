-- One import and, where it was undone, when.
SELECT h.*,
       (SELECT max(e.happened_at) FROM events AS e
        WHERE e.account_id = h.account_id AND e.kind = 'import_undone' AND e.subject = CAST(h.batch_id AS TEXT)) AS undone_at
FROM import_history AS h
WHERE h.batch_id = ?1
