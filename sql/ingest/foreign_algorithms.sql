-- The algorithms, other than our own, by which files of the account were remembered.
SELECT DISTINCT hash_algorithm FROM processed_hashes
WHERE account_id = ?1 AND kind = 'file' AND hash_algorithm IN ('md5', 'sha256')
