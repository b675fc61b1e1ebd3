-- Whether a live import of the account (?1) and kind (?2) has a file of that size (?3): only then can the bytes be known.
SELECT EXISTS (
    SELECT 1 FROM import_history
    WHERE account_id = ?1 AND report = ?2 AND file_size_bytes = ?3 AND status = 'complete'
);
