-- One setting of an account: account, name, value, now.
INSERT INTO settings (account_id, name, value, updated_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at;
