-- The service account that asks Google for an account: the one that is named, else the first active one.
SELECT service_account_id, credentials_path
FROM service_accounts
WHERE account_id = ?1 AND is_active = 1 AND (?2 IS NULL OR service_account_id = ?2)
ORDER BY created_at, service_account_id
LIMIT 1;
