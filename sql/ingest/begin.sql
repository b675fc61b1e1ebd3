-- A new import: account, kind, file name, size, hash, mode, status, now.
INSERT INTO import_history (account_id, report, filename, file_size_bytes, file_hash, mode, status, imported_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
