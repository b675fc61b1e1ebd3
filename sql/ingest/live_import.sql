-- The import that has claimed these bytes (?3) for the account (?1) and kind (?2), and whether it is complete. Imports of
-- the same bytes anew have the hash with a number behind a colon; ';' is the character after it.
SELECT batch_id, status = 'complete'
FROM import_history
WHERE account_id = ?1 AND report = ?2 AND file_hash >= ?3 AND file_hash < ?3 || ';' AND status IN ('running', 'complete')
ORDER BY status = 'complete' DESC, batch_id
LIMIT 1;
