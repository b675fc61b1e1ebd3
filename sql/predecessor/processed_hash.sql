-- What the predecessor took in: account, file or mail, algorithm, hash, when. What is known already stays.
INSERT OR IGNORE INTO processed_hashes (account_id, kind, hash_algorithm, hash, processed_at) VALUES (?1, ?2, ?3, ?4, ?5);
