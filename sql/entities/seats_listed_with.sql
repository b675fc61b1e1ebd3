-- The service account that a list of seats came through.
UPDATE buyer_seats
SET service_account_id = ?2
WHERE account_id = ?1 AND vanished_at IS NULL AND last_synced IS NOT NULL AND service_account_id IS NOT ?2;
