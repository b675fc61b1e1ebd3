-- When a file of that hash was taken in by the predecessor, and the import that it is here, if it is one: account,
-- algorithm, hash.
SELECT processed_at, batch_id FROM processed_hashes
WHERE account_id = ?1 AND kind = 'file' AND hash_algorithm = ?2 AND hash = ?3
