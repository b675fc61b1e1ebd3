-- How often these bytes (?3) were claimed for the account (?1) and kind (?2), whatever became of it.
SELECT count(*)
FROM import_history
WHERE account_id = ?1 AND report = ?2 AND file_hash >= ?3 AND file_hash < ?3 || ';';
