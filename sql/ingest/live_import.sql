-- The import that has claimed these bytes (?3) for the account (?1) and kind (?2), and whether it is complete.
SELECT batch_id, status = 'complete'
FROM import_history
WHERE account_id = ?1 AND report = ?2 AND file_hash = ?3 AND status IN ('running', 'complete');
