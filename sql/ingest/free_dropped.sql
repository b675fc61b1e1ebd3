-- An import (?1) of which rows were lost can be imported again. Where other rows of it are live (?3), they stay those of a
-- complete import, whose claim on its bytes ends all the same.
UPDATE import_history
SET status = CASE WHEN ?3 THEN status ELSE 'failed' END,
    file_hash = CASE WHEN ?3 THEN 'dropped ' || batch_id || ':' || file_hash ELSE file_hash END,
    error_message = ?2
WHERE batch_id = ?1 AND file_hash NOT LIKE 'dropped %'
